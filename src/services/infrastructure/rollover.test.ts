// An authority replaced on disk, seen by those who hold what is old: at every step, and with every step interrupted, a client with old
// trust believes the server, a server with old trust believes the client, and OpenSSL agrees.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'node:test';
import {
  AUTHORITIES,
  type Authority,
  type CertificateSpec,
  LINES,
  type Line,
  siteCertificates,
} from '#engine/certificates';
import { run, testFolder } from '#platform/process';
import { openGenerations } from './generations.ts';
import type { CertificateKeeper } from './keep-certificates.ts';
import { certificatePem } from './pem.ts';
import { ensurePki, openPki } from './pki.ts';
import { stepLine } from './renewal.ts';
import { readRollovers } from './rollovers.ts';
import { SITE, START, type TrialPki, trialPki } from './site.fixture.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

let trial: TrialPki;
afterEach(() => trial.remove());

const phaseOf = (line: Line): string => {
  const { folders, clock } = trial;
  const generations = openGenerations({ folder: folders.pki, siteName: SITE.name, now: clock.now() });
  return readRollovers(folders.pki, generations, clock.now())[line].phase;
};

/** Lets time pass, and what the keeper then does come to its end. */
async function pass(keeper: CertificateKeeper, ms: number): Promise<void> {
  await trial.clock.advance(ms);
  await keeper.check();
}

/** The site has run for this long with the line as it is, as the keeper counts it. */
function hasRun(line: Line, ms: number): void {
  const { folders, clock } = trial;
  stepLine({ site: SITE, folders, now: clock.now() }, line, { kind: 'tick', seenForMs: ms, held: true });
}

/** What trust stores and chains hold, as somebody outside has copied it. */
interface Held {
  readonly anchors: Readonly<Record<Authority, string>>;
  readonly root: string;
  readonly leaves: Readonly<Record<string, string>>;
}

function hold(): Held {
  const { folders } = trial;
  const pki = openPki(folders.pki);
  return {
    anchors: Object.fromEntries(AUTHORITIES.map((name) => [name, pki.anchor(name)])) as Held['anchors'],
    root: fs.readFileSync(`${folders.pki}/root.crt`, 'utf8'),
    leaves: Object.fromEntries(siteCertificates(SITE).map(({ name }) => [name, pki.leaf(name).certPem])),
  };
}

async function opensslBelieves(chainPem: string, trustPem: string): Promise<boolean> {
  const folder = testFolder('openssl', trial.folders.data);
  const [leaf = '', ...chain] = chainPem.match(/-----BEGIN[\s\S]+?-----END CERTIFICATE-----\n?/g) ?? [];
  const file = (name: string, text: string): string => {
    fs.writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const untrusted = ['-untrusted', file('chain', chain.join(''))];
  const args = [
    'verify',
    '-x509_strict',
    '-no_check_time',
    '-CAfile',
    file('trust', trustPem),
    ...untrusted,
    file('leaf', leaf),
  ];
  return (await run('openssl', args)).code === 0;
}

/** One leaf of each authority that a replaced line concerns: the root concerns all. */
const leavesOf = (line: Line): CertificateSpec[] =>
  siteCertificates(SITE).filter(
    ({ authority }, i, all) =>
      (line === 'root' || line === authority) && all.findIndex((other) => other.authority === authority) === i,
  );

/** Everybody who holds `old` understands who is as the site is now, and the other way round. */
async function everybodyGetsThrough(line: Line, old: Held): Promise<void> {
  const now = hold();
  for (const { name, authority } of leavesOf(line))
    for (const [who, leaf, trust] of [
      ['the new leaf, the old trust', now.leaves[name], old.anchors[authority]],
      ['the old leaf, the new trust', old.leaves[name], now.anchors[authority]],
      ['the new leaf, the old root', now.leaves[name], old.root],
    ] as const)
      assert.ok(await opensslBelieves(leaf ?? '', trust), `${name}: ${who}`);
}

describe('the replacement of an authority', () => {
  for (const line of ['root', 'kubernetes-servers', 'kubernetes-clients'] as const)
    it(`of ${line} keeps everybody in who holds what is old, until it is dropped`, async () => {
      trial = trialPki(testFolder('pki'));
      const { clock, folders } = trial;
      await ensurePki({ site: SITE, folders, now: START });
      const old = hold();
      const keeper = trial.keeper();
      await keeper.renew({ name: line, hurry: false, finish: false });
      assert.equal(phaseOf(line), 'announced');
      await everybodyGetsThrough(line, old);
      assert.deepEqual(hold().leaves, old.leaves, 'nothing is issued again while it is only announced');
      await pass(keeper, 4 * MINUTE);
      assert.equal(phaseOf(line), 'announced');
      await pass(keeper, 2 * MINUTE);
      assert.equal(phaseOf(line), 'retiring');
      await everybodyGetsThrough(line, old);
      assert.notDeepEqual(hold().leaves, old.leaves);
      clock.jump(40 * DAY);
      await keeper.check();
      assert.equal(phaseOf(line), 'retiring', 'a date alone drops nothing');
      await everybodyGetsThrough(line, old);
      const renewed = hold();
      hasRun(line, 30 * DAY);
      await keeper.check();
      assert.equal(phaseOf(line), 'steady');
      await everybodyGetsThrough(line, renewed);
      const { authority, name } =
        line === 'root'
          ? { authority: undefined, name: 'apiserver' }
          : { authority: line, name: line === 'kubernetes-clients' ? 'admin' : 'apiserver' };
      const [trustNow, trustOld] = authority
        ? [hold().anchors[authority], old.anchors[authority]]
        : [hold().root, old.root];
      assert.ok(!(await opensslBelieves(old.leaves[name] ?? '', trustNow)), 'what only the old one signed is out');
      assert.ok(!(await opensslBelieves(hold().leaves[name] ?? '', trustOld)));
      assert.ok(!fs.existsSync(`${folders.pki}/${line}/1.pem`), 'its key is gone');
      keeper.close();
    });

  it('in a hurry, and dropped by hand', async () => {
    trial = trialPki(testFolder('pki'));
    const { folders } = trial;
    await ensurePki({ site: SITE, folders, now: START });
    const keeper = trial.keeper();
    await keeper.renew({ name: 'node-clients', hurry: true, finish: false });
    await assert.rejects(keeper.renew({ name: 'node-clients', hurry: false, finish: true }), { code: 'Conflict' });
    await pass(keeper, 20_000);
    assert.equal(phaseOf('node-clients'), 'retiring');
    await assert.rejects(keeper.renew({ name: 'node-clients', hurry: false, finish: false }), { code: 'Conflict' });
    await keeper.renew({ name: 'node-clients', hurry: false, finish: true });
    assert.equal(phaseOf('node-clients'), 'steady');
    keeper.close();
  });

  it('goes on when it was stored and nothing else was done, and when a file was lost on the way', async () => {
    trial = trialPki(testFolder('pki'));
    const { clock, folders } = trial;
    await ensurePki({ site: SITE, folders, now: START });
    const old = hold();
    const line = 'kubernetes-servers';
    const events = [
      { kind: 'renew', hurry: true },
      { kind: 'tick', seenForMs: MINUTE, held: false },
    ] as const;
    for (const event of events) {
      // The state is stored; the process dies before it has acted.
      stepLine({ site: SITE, folders, now: clock.now() }, line, event);
      for (const lost of ['apiserver.pem', 'admin.kubeconfig', `${line}/anchor.crt`, `${line}/ca.crt`]) {
        fs.rmSync(`${folders.pki}/${lost}`);
        await ensurePki({ site: SITE, folders, now: clock.now() });
      }
      await everybodyGetsThrough(line, old);
    }
    assert.equal(phaseOf(line), 'moving');
    const keeper = trial.keeper();
    await keeper.check();
    assert.equal(phaseOf(line), 'retiring');
    await everybodyGetsThrough(line, old);
    keeper.close();
  });

  it('is told from the generations when its record is damaged', async () => {
    trial = trialPki(testFolder('pki'));
    const { folders } = trial;
    await ensurePki({ site: SITE, folders, now: START });
    const old = hold();
    const keeper = trial.keeper();
    await keeper.renew({ name: 'kubernetes-clients', hurry: true, finish: false });
    keeper.close();
    fs.writeFileSync(`${folders.pki}/rollovers.json`, '{"version":1,"li');
    const again = trial.keeper();
    await again.check();
    assert.equal(phaseOf('kubernetes-clients'), 'retiring');
    await everybodyGetsThrough('kubernetes-clients', old);
    await pass(again, 20_000);
    assert.equal(phaseOf('kubernetes-clients'), 'retiring');
    again.close();
  });

  it('of the key of service accounts waits for the last token, and for tokens in secrets', async () => {
    trial = trialPki(testFolder('pki'));
    const { clock, folders } = trial;
    await ensurePki({ site: SITE, folders, now: START });
    const first = openPki(folders.pki).accountKeys();
    const keeper = trial.keeper();
    await keeper.renew({ name: 'service-accounts', hurry: true, finish: false });
    assert.equal(openPki(folders.pki).accountKeys().privateKeyPem, first.privateKeyPem);
    assert.equal(
      openPki(folders.pki).accountKeys().publicKeysPem.length,
      2,
      'the next one is believed before it signs',
    );
    await pass(keeper, 20_000);
    const second = openPki(folders.pki).accountKeys();
    assert.notEqual(second.privateKeyPem, first.privateKeyPem);
    assert.ok(second.publicKeysPem.includes(first.publicKeysPem[0] ?? ''));
    trial.held = true;
    clock.jump(366 * DAY);
    hasRun('service-accounts', 364 * DAY);
    await keeper.check();
    assert.equal(phaseOf('service-accounts'), 'retiring', 'it has not run for as long as a token lives');
    hasRun('service-accounts', DAY);
    await keeper.check();
    assert.equal(phaseOf('service-accounts'), 'retiring', 'a secret holds a token of the old key');
    trial.held = false;
    await keeper.check();
    assert.equal(phaseOf('service-accounts'), 'steady');
    assert.ok(
      !openPki(folders.pki)
        .accountKeys()
        .publicKeysPem.includes(first.publicKeysPem[0] ?? ''),
    );
    keeper.close();
  });

  it('begins by itself in the last third of an authority, and the site lives on', async () => {
    trial = trialPki(testFolder('pki'));
    const { clock, folders } = trial;
    await ensurePki({ site: SITE, folders, now: START });
    const keeper = trial.keeper();
    clock.jump(14 * 365.25 * DAY);
    await keeper.check();
    for (const line of LINES) assert.equal(phaseOf(line), line === 'service-accounts' ? 'steady' : 'announced');
    await pass(keeper, 6 * MINUTE);
    for (const line of LINES) assert.equal(phaseOf(line), line === 'service-accounts' ? 'steady' : 'retiring');
    const { notAfter } = {
      notAfter: Date.parse(new X509Certificate(certificatePem(openPki(folders.pki).leaf('admin').certPem)).validTo),
    };
    assert.ok(notAfter - clock.now() > 19 * 365 * DAY);
    keeper.close();
  });
});

it('a keeper renews what is due when it is told that the clock has jumped, and says so', async () => {
  trial = trialPki(testFolder('pki'));
  const { clock, folders, told } = trial;
  await ensurePki({ site: SITE, folders, now: START });
  const keeper = trial.keeper();
  await keeper.check();
  assert.deepEqual(told, []);
  clock.jump(70 * DAY);
  await keeper.check();
  const short = siteCertificates(SITE).filter(({ life }) => life === 'short');
  assert.deepEqual(told.map(({ name }) => name).sort(), short.map(({ name }) => name).sort());
  const [one] = await keeper.renew({ name: 'supervisor', hurry: false, finish: false });
  assert.match(`${one?.name} ${one?.what}`, /^supervisor issued \(asked for\), valid until 2027-/);
  await assert.rejects(keeper.renew({ name: 'nothing', hurry: false, finish: false }), { code: 'NotFound' });
  await assert.rejects(keeper.renew({ name: 'user/anna', hurry: false, finish: false }), { code: 'Invalid' });
  keeper.close();
});
