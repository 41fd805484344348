// The judgement of certificates, as a table; and the moment that a client's certificate stops being good.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { anchorsOf, type IssueRequest, issueCertificate, judgeCertificate, newKeyPem, problemAt } from '#platform/x509';
import { clientTrust, peerWatch } from './peer.ts';

const START = Date.UTC(2030, 0, 1);
const DAY = 86_400_000;
const authorityKey = newKeyPem();
const otherKey = newKeyPem();

const made = (request: Partial<IssueRequest>): Promise<string> =>
  issueCertificate({
    commonName: 'anna',
    use: 'client',
    notBeforeMs: START,
    notAfterMs: START + 90 * DAY,
    keyPem: newKeyPem(),
    ...request,
  });

const at = (now: number) => ({ earliestMs: now, latestMs: now });

describe('a certificate', () => {
  let anchor = '';
  let other = '';
  let issuer: IssueRequest['issuer'];
  before(async () => {
    const authority = {
      use: 'authority' as const,
      notBeforeMs: 0,
      notAfterMs: START + 7300 * DAY,
      commonName: 'people',
    };
    anchor = await made({ ...authority, keyPem: authorityKey });
    // Of the same name, so that only the signature tells them apart.
    other = await made({ ...authority, keyPem: otherKey });
    issuer = { certPem: anchor, keyPem: authorityKey };
  });
  const judge = async (
    request: Partial<IssueRequest>,
    check: { now?: number; use?: 'client' | 'server'; host?: string; trusted?: string } = {},
  ): Promise<string | undefined> =>
    problemAt(
      judgeCertificate(new X509Certificate(await made({ issuer, ...request })), {
        anchors: anchorsOf(check.trusted ?? anchor),
        use: check.use ?? 'client',
        name: check.host,
      }),
      at(check.now ?? START + DAY),
    );

  it('is good in its time, whatever the machine thinks of that time', async () => {
    assert.equal(await judge({}), undefined);
    assert.equal(await judge({}, { now: START }), undefined);
    assert.equal(await judge({}, { now: START + 90 * DAY }), undefined);
    assert.match((await judge({}, { now: START - 1 })) ?? '', /not valid yet/);
    assert.match((await judge({}, { now: START + 90 * DAY + 1 })) ?? '', /has expired/);
    assert.match((await judge({}, { now: Number.NaN })) ?? '', /not valid yet/);
  });
  it('ends with its authority', async () => {
    const notAfterMs = START + 9000 * DAY;
    assert.match((await judge({ notAfterMs }, { now: START + 8000 * DAY })) ?? '', /has expired/);
  });
  it('is good only under the authority that signed it', async () => {
    assert.match((await judge({}, { trusted: other })) ?? '', /no authority that is trusted/);
    assert.match((await judge({}, { trusted: '' })) ?? '', /no authority that is trusted/);
    assert.match((await judge({ issuer: undefined })) ?? '', /no authority that is trusted/);
    assert.equal(await judge({}, { trusted: other + anchor }), undefined, 'while both are trusted');
  });
  it('is good only for its use', async () => {
    assert.match((await judge({}, { use: 'server' })) ?? '', /not made for a server/);
    assert.match((await judge({ use: 'server', names: ['a'] })) ?? '', /not made for a client/);
    assert.equal(await judge({ use: 'server-and-client' }), undefined);
    assert.match((await judge({ use: 'authority' })) ?? '', /that of an authority/);
  });
  it('of a server names the host that was asked for', async () => {
    const server = { use: 'server' as const, names: ['node-a', '10.50.0.12'] };
    for (const host of ['node-a', '10.50.0.12']) assert.equal(await judge(server, { use: 'server', host }), undefined);
    for (const host of ['node-b', '10.50.0.1', 'anna'])
      assert.match((await judge(server, { use: 'server', host })) ?? '', /does not name/, host);
  });
  it('is good for a while after a jump when it was good by the time before', async () => {
    const leaf = new X509Certificate(await made({ issuer }));
    const judged = judgeCertificate(leaf, { anchors: anchorsOf(anchor), use: 'client' });
    const [before, behind] = [START + DAY, START - 400 * DAY];
    assert.equal(problemAt(judged, { earliestMs: before, latestMs: START + 200 * DAY }), undefined);
    assert.equal(problemAt(judged, { earliestMs: behind, latestMs: before }), undefined);
    assert.match(problemAt(judged, at(START + 200 * DAY)) ?? '', /has expired/);
    assert.match(problemAt(judged, at(behind)) ?? '', /not valid yet/);
  });
  it('that is none is no good', () => {
    const judged = judgeCertificate(undefined, { anchors: anchorsOf(anchor), use: 'client' });
    assert.match(problemAt(judged, at(START)) ?? '', /no certificate/);
  });
  it('of a client stops being good while its connection is open', async () => {
    let now = START + DAY;
    const trust = clientTrust(anchor, { now: () => now });
    const who = peerWatch(new X509Certificate(await made({ issuer, organizations: ['ops', 'dev'] })), trust);
    const good = who();
    assert.deepEqual(good.kind === 'verified' && [good.commonName, good.organizations], ['anna', ['ops', 'dev']]);
    now = START + 91 * DAY;
    assert.equal(who().kind, 'refused');
    now = START + DAY;
    assert.equal(who().kind, 'verified', 'a clock that comes back');
    trust.set(other);
    assert.equal(who().kind, 'refused', 'its authority is dropped');
    trust.set(other + anchor);
    assert.equal(who().kind, 'verified');
    assert.equal(peerWatch(undefined, trust)().kind, 'none');
  });
  it('of a client is good again with a clock that comes back from beyond the end of its authority', async () => {
    let now = START + 9000 * DAY;
    const who = peerWatch(
      new X509Certificate(await made({ issuer, notAfterMs: now })),
      clientTrust(anchor, { now: () => now }),
    );
    assert.equal(who().kind, 'refused');
    now = START + DAY;
    assert.equal(who().kind, 'verified');
  });
});
