// Who is believed as the hub, and by which clock.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateSha256, issueCertificate, newKeyPem } from '#platform/x509';
import { judgeHub, pinnedAnchor } from './hub-trust.ts';

const NOW = Date.UTC(2026, 10, 1);
const YEAR_MS = 365 * 86_400_000;
const life = { notBeforeMs: 0, notAfterMs: NOW + 20 * YEAR_MS };

const der = (pem: string): Uint8Array => Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');

async function authority(commonName: string) {
  const keyPem = newKeyPem();
  return { keyPem, certPem: await issueCertificate({ ...life, commonName, use: 'authority', keyPem }) };
}
type Authority = Awaited<ReturnType<typeof authority>>;

async function server(
  issuer: Authority,
  more: { names?: string[]; use?: 'server' | 'client'; notAfterMs?: number } = {},
) {
  const { names = ['hub.example', '10.0.0.9'], use = 'server', notAfterMs = life.notAfterMs } = more;
  const leaf = await issueCertificate({
    ...life,
    notAfterMs,
    commonName: 'hub',
    names,
    use,
    keyPem: newKeyPem(),
    issuer,
  });
  return [der(leaf), der(issuer.certPem)];
}

const hub = await authority('hub');
const trust = { host: 'hub.example', anchorsPem: hub.certPem, nowMs: NOW, isClockSure: true };

test("the pinned authority's server with the name that is dialled is believed, and nothing else", async () => {
  const good = await server(hub);
  const believed = { kind: 'believed', byAuthorityAlone: false };
  assert.deepEqual(judgeHub(good, trust), believed);
  assert.deepEqual(judgeHub(good, { ...trust, host: '10.0.0.9' }), believed);
  const other = await authority('hub');
  const cases: [chain: Uint8Array[], more: object, problem: RegExp][] = [
    [await server(other), {}, /no authority that is trusted/],
    [good, { anchorsPem: other.certPem }, /no authority that is trusted/],
    [good, { host: 'elsewhere.example' }, /does not name elsewhere/],
    [await server(hub, { use: 'client' }), {}, /not made for a server/],
    [[der(hub.certPem)], {}, /./],
    [[], {}, /no certificate was shown/],
    [[new Uint8Array([1, 2, 3])], {}, /cannot be read/],
  ];
  for (const [chain, more, problem] of cases) {
    for (const nowMs of [NOW, 0, Date.UTC(2099, 0, 1)])
      assert.equal(judgeHub(chain, { ...trust, nowMs, isClockSure: false, ...more }).kind, 'refused');
    const judged = judgeHub(chain, { ...trust, ...more });
    assert.ok(judged.kind === 'refused' && problem.test(judged.problem), JSON.stringify(judged));
  }
});

test('a clock that is not sure does not lock the site out; one that is sure decides', async () => {
  const chain = await server(hub, { notAfterMs: NOW + YEAR_MS });
  for (const nowMs of [NOW + 2 * YEAR_MS, Date.UTC(2099, 0, 1)]) {
    assert.deepEqual(judgeHub(chain, { ...trust, nowMs, isClockSure: false }), {
      kind: 'believed',
      byAuthorityAlone: true,
    });
    assert.equal(judgeHub(chain, { ...trust, nowMs, isClockSure: true }).kind, 'refused');
  }
  assert.deepEqual(judgeHub(chain, { ...trust, nowMs: 5_000, isClockSure: false }), {
    kind: 'believed',
    byAuthorityAlone: false,
  });
});

test('two authorities are trusted while one takes the place of the other', async () => {
  const next = await authority('hub');
  const anchorsPem = hub.certPem + next.certPem;
  for (const one of [hub, next]) assert.equal(judgeHub(await server(one), { ...trust, anchorsPem }).kind, 'believed');
});

test('the authority that a token names is found among what the server shows', async () => {
  const chain = await server(hub);
  assert.equal(pinnedAnchor(chain, certificateSha256(hub.certPem))?.trim(), hub.certPem.trim());
  assert.equal(pinnedAnchor(chain, certificateSha256((await authority('hub')).certPem)), undefined);
});
