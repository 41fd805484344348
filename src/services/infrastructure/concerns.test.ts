// A certificate of one concern gets nobody in at the door of another: every leaf of a real site, as a client, at a real server that
// trusts for clients what each concern's servers trust.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AUTHORITIES, type Authority, siteCertificates } from '#engine/certificates';
import { systemClock } from '#platform/clock';
import { type HttpsServer, http2Client, listenHttps } from '#platform/http';
import { testFolder } from '#platform/process';
import { issueCertificate, newKeyPem } from '#platform/x509';
import { openGenerations } from './generations.ts';
import { ensurePki, openPki } from './pki.ts';
import { SITE, type TrialPki, trialPki } from './site.fixture.ts';

describe('certificates at the doors of every concern', () => {
  let trial: TrialPki;
  const doors = new Map<Authority, HttpsServer>();
  const now = Date.now();
  before(async () => {
    trial = trialPki(testFolder('pki'));
    await ensurePki({ site: SITE, folders: trial.folders, now });
    const pki = openPki(trial.folders.pki);
    for (const authority of AUTHORITIES)
      doors.set(
        authority,
        await listenHttps({
          listen: [{ host: '127.0.0.1', port: 0 }],
          tls: { ...pki.leaf('apiserver'), clientCaPem: pki.anchor(authority) },
          clock: { now: () => now },
          onRequest: (exchange) => exchange.send(200, {}, exchange.connection.peer.kind),
        }),
      );
  });
  after(async () => {
    await Promise.all([...doors.values()].map((door) => door.close()));
    trial.remove();
  });
  const atDoor = async (authority: Authority, pair: { certPem: string; keyPem: string }): Promise<string> => {
    const caPem = openPki(trial.folders.pki).anchor('kubernetes-servers');
    const origin = `https://127.0.0.1:${doors.get(authority)?.ports[0]}`;
    const client = http2Client({ origin, clock: systemClock, tls: { caPem, ...pair } });
    try {
      return (await client.request({ method: 'GET', path: '/' })).body.toString();
    } finally {
      client.close();
    }
  };

  for (const spec of siteCertificates(SITE))
    it(`${spec.name} gets in ${spec.use === 'server' ? 'nowhere' : `where ${spec.authority} is trusted, and nowhere else`}`, async () => {
      for (const authority of AUTHORITIES) {
        const in_ = authority === spec.authority && spec.use !== 'server';
        const kind = await atDoor(authority, openPki(trial.folders.pki).leaf(spec.name));
        assert.equal(kind, in_ ? 'verified' : 'refused', `at the door of ${authority}`);
      }
    });

  for (const from of AUTHORITIES)
    it(`a client certificate of ${from}, even in the name of the administrator, gets in at its own door alone`, async () => {
      const signing = openGenerations({ folder: trial.folders.pki, siteName: SITE.name, now }).read(from, 1);
      const keyPem = newKeyPem();
      const certPem = await issueCertificate({
        commonName: 'kubernetes-admin',
        organizations: ['system:masters'],
        use: 'client',
        notBeforeMs: 0,
        notAfterMs: now + 86_400_000,
        keyPem,
        issuer: { certPem: signing.anchorPem, keyPem: signing.keyPem },
      });
      const chain = openPki(trial.folders.pki).leaf('admin').certPem;
      // With the whole chain up to the root: the root is no way in.
      for (const authority of AUTHORITIES)
        assert.equal(
          await atDoor(authority, { certPem: certPem + chain, keyPem }),
          authority === from ? 'verified' : 'refused',
        );
    });

  it('nor does one that the root itself has signed', async () => {
    const root = openGenerations({ folder: trial.folders.pki, siteName: SITE.name, now }).read('root', 1);
    const keyPem = newKeyPem();
    const life = { notBeforeMs: 0, notAfterMs: now + 86_400_000 };
    const issuer = { certPem: root.anchorPem, keyPem: root.keyPem };
    const certPem = await issueCertificate({ ...life, commonName: 'kubernetes-admin', use: 'client', keyPem, issuer });
    for (const authority of AUTHORITIES) assert.equal(await atDoor(authority, { certPem, keyPem }), 'refused');
  });
});
