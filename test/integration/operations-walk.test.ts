// Walks the operations table: every operation that this version has, in every legal pair of plane and mode, at its real door of a real
// site with a real hub. What the table says is compared with what happens: what works succeeds, what is refused is refused in the words of
// the table, what is queued is kept, and has come to the other side after the link is back. An entry without a probe fails.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, test } from 'node:test';
import { OPERATIONS, type Operation, verdictOf } from '#model/operations';
import { CONNECTIVITY_MODES, isLegalPair, PLANES, type Standing } from '#model/site';
import { type Arrived, type Cell, Walk } from './operations-walk.fixture.ts';
import { JOINING_PROBES, LINK_PROBES, ownedIn } from './operations-walk-link.fixture.ts';
import type { Probe } from './operations-walk-probe.fixture.ts';
import { LIFE_PROBES, SITE_PROBES } from './operations-walk-site.fixture.ts';
import { eventually, HOME } from './site.fixture.ts';

/** In the order in which a cell is walked. */
const PROBES: Readonly<Record<string, Probe>> = { ...SITE_PROBES, ...LINK_PROBES, ...LIFE_PROBES, ...JOINING_PROBES };
const PRESENT = OPERATIONS.filter(({ verdicts }) => verdicts.local.Connected.verdict !== 'absent');
const PAIRS: readonly Standing[] = PLANES.flatMap((plane) =>
  CONNECTIVITY_MODES.filter((mode) => isLegalPair(plane, mode)).map((mode) => ({ plane, mode })),
);
const SEMI_CONNECTED_MS = 16 * 60_000;
const DISCONNECTED_MS = 31 * 86_400_000;
/** Probes that change nothing, done at the same time: the machine may have two processors. */
const TOGETHER = 3;

const walk = new Walk();
const keyOf = (name: string, { plane, mode }: Standing): string => `${name} on ${plane}, ${mode}`;
const walked = new Set<string>();
/** What was queued, and must have arrived once the link is back. */
const queued = new Map<string, Arrived>();

function cellOf(operation: Operation, standing: Standing): Cell {
  const { name, title } = operation;
  const { plane, mode } = standing;
  const ruling = verdictOf(operation, standing);
  return { standing, name: `${name}-${plane}-${mode}`.toLowerCase(), operation: name, title, ruling };
}

/** Does what the verdict says; answers what the hub must have after the next contact. */
async function compared(probe: Probe, cell: Cell): Promise<Arrived | undefined> {
  const { verdict } = cell.ruling;
  if (verdict === 'refused') {
    assert.ok(probe.refuses, 'the probe knows how it is refused');
    await probe.refuses(walk, cell);
    return undefined;
  }
  const arrived = await probe.does(walk, cell);
  if (verdict !== 'queued') return arrived;
  assert.ok(arrived, 'the probe knows what must arrive');
  assert.equal(await arrived(), false, 'it is kept here until then');
  queued.set(keyOf(cell.operation, cell.standing), arrived);
  return undefined;
}

async function step(name: string, standing: Standing): Promise<readonly [string, Arrived | undefined]> {
  const operation = PRESENT.find((one) => one.name === name);
  const probe = PROBES[name];
  assert.ok(operation && probe);
  const key = keyOf(name, standing);
  try {
    const arrived = await compared(probe, cellOf(operation, standing));
    walked.add(key);
    return [key, arrived];
  } catch (error) {
    throw new Error(`${key}: ${(error as Error).message}`, { cause: error });
  }
}

/** Every probe in this pair. */
async function walkCell(standing: Standing): Promise<void> {
  assert.deepEqual(walk.standing(), standing);
  await eventually('the site is well', async () => (await walk.site.status()).phase === 'Ready');
  if (standing.mode === 'Connected') await walk.contact();
  const names = Object.keys(PROBES).filter((name) => !(PROBES[name]?.leaves && standing.mode !== 'NotActivated'));
  const reads = names.filter((name) => PROBES[name]?.reads);
  const lanes = Array.from({ length: TOGETHER }, async () => {
    for (let name = reads.shift(); name !== undefined; name = reads.shift()) await step(name, standing);
  });
  await Promise.all(lanes);
  const arriving: (readonly [string, Arrived])[] = [];
  for (const name of names.filter((one) => !PROBES[one]?.reads)) {
    const [key, arrived] = await step(name, standing);
    if (arrived) arriving.push([key, arrived]);
  }
  if (standing.mode === 'Connected') await allArrived(arriving);
  else for (const [key, arrived] of arriving) assert.ok(await arrived(), `${key} holds without a link`);
  if (standing.mode !== 'NotActivated') assert.deepEqual(walk.standing(), standing, 'the standing is as it was');
}

async function allArrived(arriving: Iterable<readonly [string, Arrived]>): Promise<void> {
  for (const [key, arrived] of arriving) await walk.comes(`${key} has arrived`, arrived);
}

const takePlane = (): Promise<string> => walk.holdfast('plane', 'take', '--reason', 'the walk');
const givePlane = (): Promise<string> => walk.holdfast('plane', 'give');

before(() => walk.begin());
after(() => walk.end());

test('every operation that this version has has a probe, every probe an operation', () => {
  assert.deepEqual(Object.keys(PROBES).sort(), PRESENT.map(({ name }) => name).sort());
  for (const [name, { shownBy }] of Object.entries(PROBES))
    if (shownBy !== undefined) assert.ok(fs.existsSync(`${HOME}/${shownBy}`), `${name}: ${shownBy} is there`);
});

test('a site that was never activated', { timeout: 300_000 }, () => walkCell({ plane: 'local', mode: 'NotActivated' }));

test('connected, on both planes', { timeout: 300_000 }, async () => {
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'hub:users' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
  const metadata = { name: 'hub-users-view' };
  await walk.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata,
    roleRef,
    subjects,
  });
  for (const pair of PAIRS) if (pair.mode !== 'NotActivated') await walk.want(ownedIn(pair));
  await walk.comes('what the hub owns is here', async () => (await walk.plane()).desired?.counts.applied === 6);
  await walkCell({ plane: 'hub', mode: 'Connected' });
  await takePlane();
  await walkCell({ plane: 'local', mode: 'Connected' });
  await givePlane();
});

for (const [mode, laterMs] of [
  ['SemiConnected', SEMI_CONNECTED_MS],
  ['Disconnected', DISCONNECTED_MS],
] as const)
  test(`${mode}, on both planes`, { timeout: 300_000 }, async () => {
    if (mode === 'SemiConnected') await walk.cutWire();
    await walk.later(laterMs);
    await walkCell({ plane: 'hub', mode });
    await takePlane();
    await walkCell({ plane: 'local', mode });
    if (mode === 'SemiConnected') await givePlane();
  });

test('what was queued arrives once, when the link is back and the plane is given back', {
  timeout: 300_000,
}, async () => {
  walk.mendWire();
  await walk.contact();
  assert.equal(walk.standing().plane, 'local');
  await givePlane();
  assert.ok(queued.size > 0);
  await allArrived(queued);
  const lastOf = new Map<string, number>();
  for (const { stream, sequence } of await walk.told('audit')) {
    assert.ok(sequence > (lastOf.get(stream) ?? 0), `${stream} ${sequence} comes in its order`);
    lastOf.set(stream, sequence);
  }
  const { desired } = await walk.plane();
  const differing = PAIRS.filter(({ plane, mode }) => plane === 'local' && mode !== 'NotActivated').map(
    (pair) => `v1/ConfigMap/default/${ownedIn(pair)} differs`,
  );
  assert.deepEqual(desired?.objects.map(({ object, state }) => `${object} ${state}`).sort(), differing.sort());
});

test('the hub is left in every pair', { timeout: 300_000 }, async () => {
  let isJoined = true;
  for (const standing of PAIRS.filter(({ mode }) => mode !== 'NotActivated')) {
    if (!isJoined) await walk.activate(standing.plane);
    await walk.contact();
    if (standing.plane !== walk.standing().plane) await takePlane();
    if (standing.mode !== 'Connected') {
      await walk.cutWire();
      await walk.later(standing.mode === 'SemiConnected' ? SEMI_CONNECTED_MS : DISCONNECTED_MS);
    }
    assert.deepEqual(walk.standing(), standing);
    await step('link-deactivate', standing);
    isJoined = false;
    assert.deepEqual(walk.standing(), { plane: 'local', mode: 'NotActivated' });
    walk.mendWire();
    await walk.hub('remove', walk.name);
  }
});

test('nothing of the table was left out', () => {
  const all = PAIRS.flatMap((pair) => PRESENT.map(({ name }) => keyOf(name, pair)));
  assert.deepEqual([...walked].sort(), all.sort());
});
