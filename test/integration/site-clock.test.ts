// A real site whose operator states a time a month ahead, two years ahead, and back, with a stop in between; whose system clock
// jumps; and which starts from a record of another boot. The API goes on answering kubectl, nodes stay Ready, tokens of
// running pods are taken, and no pod is touched. The machine's clock is never set: a drill shifts what holdfastd reads.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { callSupervisor } from '#host';
import { type ClockStatus, siteFolders } from '#model/site';
import { adminDoor, door } from '../faults/doors.fixture.ts';
import { eventsOf } from '../faults/events.fixture.ts';
import { bringUp, eventually, testSite } from './site.fixture.ts';

const DAY_MS = 86_400_000;
const site = testSite('clock');
const folders = siteFolders(site.data);

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'runs', namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'registry.example.com/busy:1' }] },
};
interface PodShown {
  readonly metadata: { readonly uid: string };
  readonly status: { readonly phase: string; readonly containerStatuses?: readonly { restartCount: number }[] };
}
interface NodeShown {
  readonly metadata: { readonly name: string };
  readonly status: { readonly conditions: readonly { type: string; status: string; lastTransitionTime: string }[] };
}

before(async () => {
  await bringUp(site, '--runtime', 'simulated');
  const created = await site.kubectlRan(['create', '-f', '-'], { input: JSON.stringify(POD) });
  assert.equal(created.code, 0, created.stderr);
  await site.kubectl('wait', 'pod/runs', '--for=condition=Ready', '--timeout=60s');
});
after(() => site.destroy());

const clock = async (): Promise<ClockStatus> =>
  JSON.parse((await site.holdfast('clock', '--json')).stdout) as ClockStatus;
const confirm = async (...args: string[]): Promise<void> => {
  const { code, stderr } = await site.holdfast('clock', 'confirm', ...args);
  assert.equal(code, 0, stderr);
};
const state = (aheadMs: number): Promise<void> => confirm('--time', new Date(Date.now() + aheadMs).toISOString());

/** A token of the running pod, asked for as its node does. */
async function podToken(): Promise<string> {
  const pod = JSON.parse(await site.kubectl('get', 'pod', 'runs', '-o', 'json')) as PodShown;
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'runs', uid: pod.metadata.uid };
  const spec = { audiences: [], expirationSeconds: 3607, boundObjectRef };
  const { code, text } = await adminDoor(site).ask({
    method: 'POST',
    path: '/api/v1/namespaces/default/serviceaccounts/default/token',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec }),
  });
  assert.equal(code, 201, text);
  return (JSON.parse(text) as { status: { token: string } }).status.token;
}

/** Whether the API knows who shows the token: what it answers is Forbidden then, and Unauthorized otherwise. */
async function tokenIsTaken(token: string): Promise<boolean> {
  const { host, port, identity } = adminDoor(site);
  const { code } = await door(host, port, { ca: identity.ca }).ask({
    path: '/api/v1/namespaces/default/pods',
    headers: { authorization: `Bearer ${token}` },
  });
  return code === 403;
}

/** What must hold whatever the time is. Its own processes may be started again with renewed certificates meanwhile. */
async function allIsWell(uid: string, what: string): Promise<void> {
  await eventually(`${what}: the site is Ready`, async () => (await site.status()).phase === 'Ready');
  const nodes = JSON.parse(await site.kubectl('get', 'nodes', '-o', 'json')) as { items: NodeShown[] };
  for (const { metadata, status } of nodes.items)
    assert.equal(status.conditions.find(({ type }) => type === 'Ready')?.status, 'True', `${what}: ${metadata.name}`);
  const pod = JSON.parse(await site.kubectl('get', 'pod', 'runs', '-o', 'json')) as PodShown;
  assert.deepEqual([pod.metadata.uid, pod.status.phase], [uid, 'Running'], what);
  assert.equal(pod.status.containerStatuses?.[0]?.restartCount, 0, what);
  const name = `at-${what.replaceAll(' ', '-')}`;
  await site.kubectl('create', 'configmap', name);
  const { time } = await clock();
  const created = await site.kubectl('get', 'configmap', name, '-o', 'jsonpath={.metadata.creationTimestamp}');
  const off = Math.abs(Date.parse(created) - Date.parse(time));
  assert.ok(off < 60_000, `${what}: the API goes by the site's time, ${created} at ${time}`);
}
const uidOf = async (): Promise<string> => site.kubectl('get', 'pod', 'runs', '-o', 'jsonpath={.metadata.uid}');

test('the operator states a time a month ahead, two years ahead, and back', { timeout: 300_000 }, async () => {
  const uid = await uidOf();
  const transitions = async (): Promise<string[]> => {
    const nodes = JSON.parse(await site.kubectl('get', 'nodes', '-o', 'json')) as { items: NodeShown[] };
    return nodes.items.map(
      ({ status }) => status.conditions.find(({ type }) => type === 'Ready')?.lastTransitionTime ?? '',
    );
  };
  const readySince = await transitions();
  for (const [what, aheadMs] of [
    ['a month ahead', 31 * DAY_MS],
    ['two years ahead', 730 * DAY_MS],
    ['back', 0],
  ] as const) {
    const token = await podToken();
    await state(aheadMs);
    const told = await clock();
    assert.ok(Math.abs(told.offsetMs - aheadMs) < 60_000, what);
    assert.deepEqual([told.trusted, told.restsOn.kind], [true, 'operator'], what);
    await eventually(`${what}: a token from before is taken`, () => tokenIsTaken(token));
    await allIsWell(uid, what);
    assert.ok(await tokenIsTaken(await podToken()), `${what}: a new token is taken`);
    assert.deepEqual(await transitions(), readySince, `${what}: no node was ever anything but Ready`);
  }
  assert.ok(eventsOf(site).some((event) => event.endsWith('clock RatchetLowered')));
});

test('a stop in between keeps the ratchet and the time', { timeout: 240_000 }, async () => {
  await state(31 * DAY_MS);
  const { ratchet } = await clock();
  assert.equal((await site.holdfast('down')).code, 0);
  const stopped = await clock();
  assert.ok(Math.abs(stopped.offsetMs - 31 * DAY_MS) < 60_000, 'a stopped site says what it would start with');
  await bringUp(site);
  const started = await clock();
  assert.ok(started.ratchet >= ratchet, `${started.ratchet} is not before ${ratchet}`);
  assert.ok(Math.abs(started.offsetMs - 31 * DAY_MS) < 60_000);
  await confirm('--time', new Date().toISOString());
});

test('a jump of the system clock is tentative, moves nothing, and is undone', { timeout: 240_000 }, async () => {
  const shift = async (shiftMs: number): Promise<void> => {
    for await (const answer of callSupervisor(folders, { verb: 'clock-drill', shiftMs }))
      assert.equal(answer.kind, 'clock');
  };
  const uid = await uidOf();
  const before = (await clock()).ratchet;
  await shift(40 * 365 * DAY_MS);
  const condition = (await site.status()).conditions.find(({ type }) => type === 'ClockTrusted');
  assert.deepEqual([condition?.status, condition?.reason], ['False', 'SystemClockJumped']);
  const doubted = await clock();
  assert.equal(doubted.tentative?.kind, 'system-jump');
  assert.ok(Math.abs(Date.parse(doubted.time) - Date.now()) < 60_000, 'the time goes on');
  assert.ok(Date.parse(doubted.ratchet) - Date.parse(before) < 60_000, 'nothing of it reaches the ratchet');
  const shown = await site.holdfast('clock');
  assert.match(shown.stdout, /tentative[\s\S]*clock confirm .*--undo/);
  await allIsWell(uid, 'a jump');
  await confirm('--undo');
  assert.equal((await clock()).trusted, true);
  await shift(0);
  const settled = await clock();
  assert.deepEqual(
    [settled.trusted, settled.tentative],
    [true, null],
    "a system clock that is at the site's time is no jump",
  );
});

test('a start at 1970 goes on from what has passed, is said, and poisons nothing', { timeout: 240_000 }, async () => {
  assert.equal((await site.holdfast('down')).code, 0);
  // As another boot left it, ten days from now: for this one, the system clock stands before what has surely passed.
  const record = JSON.parse(fs.readFileSync(folders.clockRatchet, 'utf8')) as Record<string, unknown>;
  const timeMs = Date.now() + 10 * DAY_MS;
  const other = {
    ...record,
    bootId: 'another',
    ratchet: { timeMs, bootMs: 0, slackMs: 0 },
    systemMinusBootMs: 0,
    siteMinusBootMs: 0,
  };
  fs.writeFileSync(folders.clockRatchet, JSON.stringify(other));
  await bringUp(site);
  const behind = await clock();
  assert.equal(behind.tentative?.kind, 'boot-behind');
  assert.ok(Date.parse(behind.time) >= timeMs);
  await allIsWell(await uidOf(), 'behind');
  await confirm('--time', new Date().toISOString());
  assert.equal((await clock()).trusted, true);
  await allIsWell(await uidOf(), 'right again');
});

test('what the operator cannot mean is refused', async () => {
  for (const [args, code, message] of [
    [['--time', '1999-01-01T00:00:00Z'], 2, /cannot be the time/],
    [['--time', 'now'], 2, /It must be a time such as/],
    [['--time', '2027-01-01T00:00:00Z', '--undo'], 2, /cannot be given together/],
    [[], 6, /nothing to confirm/],
  ] as const) {
    const refused = await site.holdfast('clock', 'confirm', ...args);
    assert.equal(refused.code, code, refused.stderr);
    assert.match(refused.stderr, message);
  }
});
