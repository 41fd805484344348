// What holds of a pair, whatever happens to it: random faults, seeded, on a site of two nodes and a witness.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom } from '#base';
import { FailoverWorld, NODES, TICK_MS, WITNESS } from './world.fake.ts';

const SEEDS = 120;
const FAULTS_MAX = 8;
const LINKS = [
  ['node-a', 'node-b'],
  ['node-a', WITNESS],
  ['node-b', WITNESS],
].map((pair) => pair.join());
/** From the end of the last fault until everything is as it was: a return that was put off, and a takeover. */
const WHOLE_AGAIN_MS = 700_000;

type Fault = (world: FailoverWorld, random: Random) => () => void;

const node = (world: FailoverWorld, random: Random) => {
  const found = world.nodes.get(NODES[random.below(2)] ?? 'node-a');
  assert.ok(found);
  return found;
};

const set =
  <K extends string, V>(of: Record<K, V>, key: K, value: V): (() => void) =>
  () => {
    of[key] = value;
  };

const FAULTS: Record<string, Fault> = {
  cut: (world, random) => {
    const link = LINKS[random.below(3)] ?? '';
    world.cut.add(link);
    return () => void world.cut.delete(link);
  },
  isolate: (world, random) => {
    const { name } = node(world, random);
    const links = LINKS.filter((link) => link.includes(name));
    for (const link of links) world.cut.add(link);
    return () => links.forEach((link) => void world.cut.delete(link));
  },
  freezePrograms: (world, random) => {
    const frozen = node(world, random);
    if (frozen.powered) frozen.frozen = 'programs';
    return set(frozen, 'frozen', 'no');
  },
  freezeAll: (world, random) => {
    const frozen = node(world, random);
    if (frozen.powered) frozen.frozen = 'all';
    return set(frozen, 'frozen', 'no');
  },
  powerOff: (world, random) => {
    const { name } = node(world, random);
    world.powerOff(name);
    return () => world.reboot(name);
  },
  reboot: (world, random) => {
    world.reboot(node(world, random).name);
    return () => undefined;
  },
  witness: (world) => {
    world.witness.up = false;
    return set(world.witness, 'up', true);
  },
  idleWitness: (world) => {
    world.witness.idle = true;
    return set(world.witness, 'idle', false);
  },
  elect: (world, random) => {
    world.electsUntilMs = world.trueMs + random.below(20_000);
    return () => undefined;
  },
  stuck: (world, random) => {
    const slow = node(world, random);
    slow.stuck = true;
    return set(slow, 'stuck', false);
  },
};

const serving = (world: FailoverWorld): string[] =>
  [...world.nodes.values()].filter((one) => one.serving && one.powered && one.frozen === 'no').map(({ name }) => name);
const writing = (world: FailoverWorld): string[] => NODES.filter((name) => world.isWriting(name));

function step(world: FailoverWorld, ticks: number): void {
  for (let tick = 0; tick < ticks; tick++) {
    world.tick();
    const tail = (): string => `at ${world.trueMs}\n${world.told.slice(-30).join('\n')}`;
    if (writing(world).length > 1) assert.fail(`both write ${tail()}`);
    const acting = serving(world).filter((name) => world.hasEtcd(name));
    if (acting.length > 1) assert.fail(`both serve ${tail()}`);
  }
}

const isWhole = (world: FailoverWorld): boolean =>
  serving(world).length === 1 &&
  writing(world).length === 1 &&
  world.fences.length === 0 &&
  [...world.nodes.values()].every(({ state }) => state.node === 'member');

/** Faults one after the other, some of them mended meanwhile, all of them in the end. */
function live(world: FailoverWorld, random: Random, met: Set<string>): void {
  step(world, 400);
  assert.ok(isWhole(world), 'it starts');
  const mends: (() => void)[] = [];
  for (let count = 1 + random.below(FAULTS_MAX); count > 0; count--) {
    const name = Object.keys(FAULTS)[random.below(Object.keys(FAULTS).length)] ?? '';
    met.add(name);
    world.told.push(`${world.trueMs} ---- ${name}`);
    mends.push(FAULTS[name]?.(world, random) ?? (() => undefined));
    step(world, random.below(500));
    if (random.below(2) === 0) mends.splice(random.below(mends.length), 1)[0]?.();
    step(world, random.below(200));
  }
  for (const mend of mends) mend();
  for (const one of world.nodes.values()) if (!one.powered) world.reboot(one.name);
  world.told.push(`${world.trueMs} ---- mended`);
  const deadlineMs = world.trueMs + WHOLE_AGAIN_MS;
  while (!isWhole(world) && world.trueMs < deadlineMs) step(world, 20);
  assert.ok(isWhole(world), `not whole again\n${world.told.slice(-40).join('\n')}`);
}

test('two nodes never serve or write at once, and everything is whole again after the last fault', () => {
  const met = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    try {
      live(new FailoverWorld(random), random, met);
    } catch (error) {
      throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
  assert.deepEqual([...met].sort(), Object.keys(FAULTS).sort());
});

test('elections, stalls and a witness that is away for a while kill no pod', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    const world = new FailoverWorld(random);
    step(world, 400);
    for (let hiccup = 0; hiccup < 5; hiccup++) {
      const kind = random.below(3);
      if (kind === 0) world.electsUntilMs = world.trueMs + random.below(5_000);
      if (kind === 1) world.witness.up = false;
      if (kind === 2) node(world, random).stuck = true;
      step(world, random.below(4_000 / TICK_MS));
      world.witness.up = true;
      for (const one of world.nodes.values()) one.stuck = false;
      step(world, 100 + random.below(400));
    }
    assert.equal(world.kills, 0, `seed ${seed}\n${world.told.slice(-30).join('\n')}`);
  }
});

/** Seconds of the world until it holds; a site that never gets there is told. */
function until(world: FailoverWorld, what: string, holds: () => boolean): number {
  const began = world.trueMs;
  while (!holds()) {
    if (world.trueMs - began > 60_000) assert.fail(`${what}: never\n${world.told.slice(-30).join('\n')}`);
    step(world, 1);
  }
  return world.trueMs - began;
}

const other = (name: string): string => NODES.find((one) => one !== name) ?? '';

test('the loss of the leading node: another serves within five seconds, and its pod runs elsewhere soon after', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = new FailoverWorld(seededRandom(seed));
    step(world, 400 + seed);
    const lost = world.controller ?? '';
    world.powerOff(lost);
    const takenMs = until(world, 'control is taken', () => serving(world).includes(other(lost)));
    assert.ok(takenMs <= 5_000, `control after ${takenMs} ms`);
    const movedMs = takenMs + until(world, 'the pod runs', () => world.isWriting(other(lost)));
    assert.ok(movedMs <= 8_000, `pods after ${movedMs} ms`);
  }
});

test('a node that froze with its watchdog and wakes after the takeover writes nothing more', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    const world = new FailoverWorld(random);
    step(world, 400 + seed);
    const [frozen] = writing(world);
    const old = world.nodes.get(frozen ?? '');
    assert.ok(old);
    old.frozen = 'all';
    // Who keeps it out may be slow: nothing starts before it does.
    world.witness.idle = true;
    const wakesMs = world.trueMs + 5_000 + random.below(10_000);
    const actsMs = world.trueMs + 5_000 + random.below(10_000);
    until(world, 'its pod runs elsewhere', () => {
      if (world.trueMs >= wakesMs) old.frozen = 'no';
      if (world.trueMs >= actsMs) world.witness.idle = false;
      return world.isWriting(other(old.name)) || (world.witness.idle === false && isWhole(world));
    });
    old.frozen = 'no';
    until(world, 'the old pod is gone', () => !(old.pod && world.isWriting(other(old.name))));
  }
});
