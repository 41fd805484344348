// A hub and its sites over real TLS: who gets in, who does not, and what becomes of identities as time goes by.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { CONTACT_COUNTS_MS } from '../../src/model/hub/site-status.ts';
import { HEARTBEAT_BYTES_MAX, IDENTITY_LIFE_MS, LINK_PATHS } from '../../src/model/link/index.ts';
import { newKeyPem, readCertificate } from '../../src/platform/x509/index.ts';
import { assertRefused, DAY_MS, enrolled, HEARTBEAT, type TestHub, TestSite, testHub } from './hub.fixture.ts';

let of: TestHub;
before(async () => {
  of = await testHub();
});
after(() => of.close());
const site = (id: string, name = id): TestSite => new TestSite({ port: of.hub.port, id, name });
const statusOf = async (name: string) => (await of.hub.operator.site(name)).status;

test('a token and a request make a site; its certificate says who it is, whatever the request said', async () => {
  const one = site('id-one', 'ship-1');
  const token = await of.token();
  assert.equal((await one.enrol(token)).status, 200);
  const facts = readCertificate(one.certPem ?? '');
  assert.deepEqual([facts.commonName, facts.organizations], ['id-one', ['holdfast:sites']]);
  assert.equal(facts.notAfterMs, of.clock.now() + IDENTITY_LIFE_MS);
  assert.equal(await statusOf('ship-1'), 'Connecting');
  assertRefused(await site('id-two', 'ship-2').enrol(token), 'Token', 401, /used already/);
  const answer = await one.heartbeat();
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, { hubTime: new Date(of.clock.now()).toISOString(), desired: 0, journal: {} });
  assert.equal(await statusOf('ship-1'), 'Connected');
});

test('forged, expired and misdirected tokens are refused, and use nothing up', async () => {
  const one = site('id-token', 'ship-token');
  const good = await of.token('ship-token');
  const [secret = '', pin = ''] = good.split('.');
  const forged = `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}.${pin}`;
  assertRefused(await one.enrol(forged), 'Token', 401, /knows no such token/);
  one.disconnect();
  // Over a connection that is trusted already: only then is the hub asked at all.
  await one.connect({ token: good });
  assertRefused(await one.enrol(`${secret}.${'A'.repeat(43)}`), 'Token', 401, /another hub/);
  assertRefused(await one.enrol('nothing'), 'Token', 401, /no activation token/);
  const wrongName = await one.enrol(good, { site: { ...one.described, name: 'ship-other' } });
  assertRefused(wrongName, 'Token', 401, /for the site ship-token/);
  const old = await of.hub.operator.token({ hours: 1 });
  await of.clock.advance(3_600_000);
  assertRefused(await one.enrol(old.token), 'Token', 401, /expired/);
  assert.equal((await one.enrol(good)).status, 200);
});

test('a request that is stale, tampered with or over another curve is refused', async () => {
  const first = await enrolled(of, 'id-csr-1');
  const token = await of.token();
  const thief = site('id-csr-2');
  assertRefused(
    await thief.enrol(token, { csrPem: await first.csr() }),
    'Invalid',
    400,
    /key of the certificate request is that of another site/,
  );
  const own = await thief.csr();
  const der = Buffer.from(own.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  der.writeUInt8((der.at(-1) ?? 0) ^ 1, der.length - 1);
  const tampered = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  assertRefused(await thief.enrol(token, { csrPem: tampered }), 'Invalid', 400, /not signed by the key/);
  const folder = of.folder;
  execFileSync(
    'openssl',
    [
      'req',
      '-new',
      '-nodes',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:secp384r1',
      '-keyout',
      `${folder}/k`,
      '-out',
      `${folder}/c`,
      '-subj',
      '/CN=x',
    ],
    { stdio: 'ignore' },
  );
  const p384 = fs.readFileSync(`${folder}/c`, 'utf8');
  assertRefused(await thief.enrol(token, { csrPem: p384 }), 'Invalid', 400, /P-256/);
  assertRefused(await thief.enrol(token, { csrPem: 'x'.repeat(40_000) }), 'TooLarge', 413);
  assertRefused(await thief.enrol(token, { protocol: 2 }), 'Version', 426, /protocol 1 of the link, not 2/);
  assertRefused(
    await thief.enrol(token, { site: { ...thief.described, name: '../x' } }),
    'Invalid',
    400,
    /name of the site/,
  );
  assert.equal((await thief.enrol(token)).status, 200, 'nothing of this used the token up');
});

test('a name belongs to one site, and a site to one key, unless a token says otherwise', async () => {
  const owner = await enrolled(of, 'id-name-1', 'ship-name');
  assertRefused(
    await site('id-name-2', 'ship-name').enrol(await of.token()),
    'Conflict',
    409,
    /is taken by the site id-name-1/,
  );
  owner.keyPem = newKeyPem();
  owner.certPem = undefined;
  owner.disconnect();
  assertRefused(await owner.enrol(await of.token()), 'Conflict', 409, /enrolled with another key/);
  assert.equal((await owner.enrol(await of.token('ship-name'))).status, 200);
  await of.hub.operator.remove('ship-name');
  assertRefused(await owner.heartbeat(), 'Identity', 401, /was removed/);
  assert.equal((await enrolled(of, 'id-name-3', 'ship-name')).name, 'ship-name', 'the name is free');
  const stale = owner.certPem;
  await of.clock.advance(5_000);
  assertRefused(await owner.enrol(await of.token()), 'Conflict', 409, /is taken/);
  await of.hub.operator.remove('ship-name');
  assert.equal((await owner.enrol(await of.token())).status, 200, 'a removed site may come back');
  assert.equal((await owner.heartbeat()).status, 200);
  owner.certPem = stale;
  owner.disconnect();
  assertRefused(await owner.heartbeat(), 'Identity', 401, /was removed/);
});

test('a heartbeat needs a certificate of this hub; headers and certificates of others say nothing', async () => {
  const known = await enrolled(of, 'id-beat');
  const other = await testHub();
  const stranger = site('id-beat');
  stranger.hubCaPem = known.hubCaPem;
  const claim = { 'x-holdfast-site': 'id-beat', 'ssl-client-cert': encodeURIComponent(known.certPem ?? '') };
  const body = HEARTBEAT;
  assertRefused(
    await stranger.ask({ path: LINK_PATHS.heartbeat, body, headers: claim }),
    'Identity',
    401,
    /certificate of a site is needed/,
  );
  const elsewhere = await enrolled(other, 'id-beat');
  stranger.disconnect();
  Object.assign(stranger, { certPem: elsewhere.certPem, keyPem: elsewhere.keyPem });
  assertRefused(await stranger.heartbeat(), 'Identity', 401, /signed by no authority that is trusted here/);
  assert.equal((await of.hub.operator.site('id-beat')).lastContact, null);
  await other.close();
});

test('an oversized, malformed or foreign heartbeat is refused by name', async () => {
  const one = await enrolled(of, 'id-size');
  assertRefused(await one.heartbeat({ version: 'x'.repeat(HEARTBEAT_BYTES_MAX) }), 'TooLarge', 413);
  assertRefused(await one.heartbeat({ protocol: 7 }), 'Version', 426);
  assertRefused(await one.heartbeat({ mode: 'Fine' }), 'Invalid', 400, /mode must be one of/);
  assertRefused(await one.heartbeat({ applied: -1 }), 'Invalid', 400, /applied/);
  assertRefused(await one.ask({ path: LINK_PATHS.heartbeat, body: 'not json' }), 'Invalid', 400, /not JSON/);
  assertRefused(await one.ask({ path: '/v1/other', body: {} }), 'Invalid', 400, /nothing at POST \/v1\/other/);
  assert.equal((await one.heartbeat({ troubles: Array(8).fill('ClockTrusted') })).status, 200);
});

test('a hub that pretends to be another is found out by its certificate', async () => {
  const other = await testHub();
  const token = await of.token();
  const one = new TestSite({ port: other.hub.port, id: 'id-lured' });
  await assert.rejects(one.enrol(token), /this is not the hub/);
  const known = await enrolled(of, 'id-known');
  known.disconnect(other.hub.port);
  await assert.rejects(known.heartbeat(), /this is not the hub/);
  await other.close();
});

test('connected, offline, expired; back only with an approval, and only with the key of before', async () => {
  const one = await enrolled(of, 'id-time');
  await one.heartbeat();
  assert.equal(await statusOf('id-time'), 'Connected');
  of.clock.jump(CONTACT_COUNTS_MS);
  assert.equal(await statusOf('id-time'), 'Offline');
  of.clock.jump(IDENTITY_LIFE_MS);
  assert.equal(await statusOf('id-time'), 'Expired');
  assertRefused(await one.heartbeat(), 'Expired', 403, /has ended/);
  assertRefused(await one.renew(), 'Expired', 403);
  assertRefused(await one.desired(0), 'Expired', 403);

  const stranger = site('id-time');
  stranger.hubCaPem = one.hubCaPem;
  assertRefused(await stranger.reenrol({ certPem: one.certPem }), 'Invalid', 400, /not made with the key/);
  assertRefused(await stranger.reenrol({ certPem: 'nothing' }), 'Identity', 401);
  assert.equal((await of.hub.operator.site('id-time')).waitsForApproval, undefined, 'a stranger is no question');
  await assert.rejects(of.hub.operator.approve('id-time'), /does not wait/);

  assertRefused(await one.reenrol(), 'Pending', 202, /waits for an approval/);
  assert.equal((await of.hub.operator.site('id-time')).waitsForApproval, true);
  await of.restart();
  for (const asker of [one, stranger]) asker.disconnect(of.hub.port);
  assertRefused(await one.reenrol(), 'Pending', 202);
  await of.hub.operator.approve('id-time');
  assert.equal((await one.reenrol()).status, 200);
  assert.equal((await one.heartbeat()).status, 200);
  assert.equal(await statusOf('id-time'), 'Connected');
  assertRefused(await stranger.reenrol({ certPem: one.certPem }), 'Invalid', 400);
});

test('renewal: the same certificate in the first half of its life, then another, with a new key at any time', async () => {
  const one = await enrolled(of, 'id-renew');
  const first = readCertificate(one.certPem ?? '');
  assert.equal((await one.renew()).status, 200);
  assert.equal(readCertificate(one.certPem ?? '').fingerprint, first.fingerprint);
  of.clock.jump(45 * DAY_MS);
  assert.equal((await one.renew()).status, 200);
  const second = readCertificate(one.certPem ?? '');
  assert.equal(second.notAfterMs, of.clock.now() + IDENTITY_LIFE_MS);
  assert.equal(second.publicKeySha256, first.publicKeySha256);
  const keyPem = newKeyPem();
  assert.equal((await one.renew({ csrPem: await one.csr(keyPem) })).status, 200);
  one.keyPem = keyPem;
  one.disconnect();
  assert.equal((await one.heartbeat()).status, 200);
  assert.notEqual(readCertificate(one.certPem ?? '').publicKeySha256, first.publicKeySha256);
  assertRefused(
    await site('id-renew-2').enrol(await of.token(), { csrPem: await one.csr() }),
    'Invalid',
    400,
    /another site/,
  );
});

test("a clock of the hub that was set back, or jumps ahead and back, breaks no site's identity", async () => {
  const one = await enrolled(of, 'id-clock');
  of.clock.jump(-365 * DAY_MS);
  assert.equal((await one.heartbeat()).status, 200);
  of.clock.jump(365 * DAY_MS + 100 * DAY_MS);
  assertRefused(await one.heartbeat(), 'Expired', 403);
  of.clock.jump(-100 * DAY_MS);
  assert.equal((await one.heartbeat()).status, 200, 'on the same connection');
});

test('a hub restored from before a site was enrolled takes it back by its certificate', async () => {
  const backup = `${of.folder}-backup`;
  await of.hub.stop();
  fs.cpSync(of.folder, backup, { recursive: true });
  const now = await testHub(of.folder);
  now.clock.jump(of.clock.now() - now.clock.now());
  const late = await enrolled(now, 'id-late', 'ship-late');
  await now.hub.stop();
  const restored = await testHub(backup);
  restored.clock.jump(of.clock.now() - restored.clock.now());
  late.disconnect(restored.hub.port);
  const answers = await Promise.all([late.heartbeat(), late.heartbeat()]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  );
  assert.equal((await restored.hub.operator.site('ship-late')).status, 'Connected');
  await restored.close();
  of.hub = (await testHub(of.folder)).hub;
});
