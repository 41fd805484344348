// The volume is made once, by whoever controls, whatever interrupts it; and what becomes of its copies is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planPair } from '#model/site';
import { type FakeClock, fakeClock } from '#platform/clock';
import { type FakeGluster, fakeGluster } from '#platform/gluster';
import { memoryLog } from '#platform/log';
import { keepVolumes, type Volumes } from './index.ts';
import { HEALED_MS, HEALING_MS, LOOK_MS, SETTLED_MS, UNSETTLED_MS } from './limits.ts';

interface Keeping {
  readonly clock: FakeClock;
  readonly gluster: FakeGluster;
  readonly volumes: Volumes;
  readonly told: string[];
  view: readonly boolean[] | undefined;
  pending: number;
  controls: boolean;
}

function keeping(of: { controls: boolean; farWitness?: boolean }): Keeping {
  const clock = fakeClock();
  const gluster = fakeGluster();
  const told: string[] = [];
  const now: Omit<Keeping, 'volumes'> = { clock, gluster, told, view: undefined, pending: 0, controls: of.controls };
  const volumes = keepVolumes({
    self: 'node-a',
    pair: planPair('10.50.7.0/24', (voter) => `/data/${voter}`),
    farWitness: of.farWitness ?? false,
    gluster,
    view: async () => now.view,
    pending: () => now.pending,
    controls: () => now.controls,
    told: ({ reason }) => told.push(reason),
    clock,
    log: memoryLog(),
  });
  return Object.assign(now, { volumes });
}

const MADE = ['probe node-b', 'probe witness', 'create replicated on node-a,node-b,witness with an arbiter'];

test('the volume is made by whoever controls, and by nobody else', async () => {
  const one = keeping({ controls: false });
  await one.clock.advance(10 * UNSETTLED_MS);
  assert.deepEqual(one.gluster.changes, []);
  one.controls = true;
  await one.clock.advance(10 * UNSETTLED_MS);
  assert.deepEqual(one.gluster.changes.slice(0, 3), MADE);
  assert.deepEqual(
    one.gluster.changes.slice(3).map((what: string) => what.split(' ')[0]),
    ['set', 'start'],
  );
  assert.equal(one.volumes.started, true);
  assert.equal(one.gluster.volumes.get('replicated')?.options['cluster.quorum-type'], 'auto');
  assert.equal(
    one.gluster.volumes.get('replicated')?.options['auth.allow'],
    '10.50.7.1,10.51.7.1,10.50.7.2,10.51.7.2,10.50.7.3',
  );
  one.volumes.stop();
});

test('what failed half way is gone on with, from wherever it stands', async () => {
  for (let failing = 0; failing < 5; failing++) {
    const one = keeping({ controls: true });
    // The step before which the site is interrupted fails once.
    const steps = one.gluster.changes;
    const { push } = steps;
    steps.push = (...what: string[]) => {
      if (steps.length === failing) one.gluster.failNext = 'interrupted';
      return push.apply(steps, what);
    };
    await one.clock.advance(20 * UNSETTLED_MS);
    assert.equal(one.volumes.started, true, `with step ${failing} interrupted`);
    assert.equal(new Set(steps).size, 5);
    assert.equal(steps.length, 6);
    one.volumes.stop();
  }
});

test('a far witness holds no copy, and the loss of the first node is said to stop writes', async () => {
  const one = keeping({ controls: true, farWitness: true });
  await one.clock.advance(10 * UNSETTLED_MS);
  assert.deepEqual(one.gluster.volumes.get('replicated')?.brickHosts, ['node-a', 'node-b']);
  one.view = [true, true];
  await one.clock.advance(LOOK_MS);
  assert.deepEqual(one.volumes.state(), {
    mounted: true,
    bricks: [
      { member: 'node-a', up: true },
      { member: 'node-b', up: true },
    ],
    healing: 0,
    readOnlyIfLost: ['node-a'],
  });
  one.volumes.stop();
});

test('a copy that is lost, returns and heals is told, and started again when its member is there', async () => {
  const one = keeping({ controls: true });
  await one.clock.advance(10 * UNSETTLED_MS);
  one.view = [true, true, true];
  one.gluster.told = ['node-a', 'node-b', 'witness'].map((host) => ({ host, reached: true, entries: 0 }));
  await one.clock.advance(LOOK_MS + SETTLED_MS);
  one.gluster.changes.length = 0;
  one.view = [true, false, true];
  one.pending = 7;
  await one.clock.advance(LOOK_MS + HEALING_MS + UNSETTLED_MS);
  assert.ok(one.gluster.changes.includes('start replicated'));
  assert.deepEqual(one.volumes.state().readOnlyIfLost, ['node-a', 'witness']);
  assert.equal(one.volumes.state().healing, 7);
  // The client hangs for a while: what it lost before is not told again.
  one.view = undefined;
  await one.clock.advance(2 * LOOK_MS);
  assert.equal(one.volumes.state().mounted, false);
  one.view = [true, true, true];
  await one.clock.advance(2 * LOOK_MS);
  assert.deepEqual(one.volumes.state().readOnlyIfLost, ['node-a']);
  one.pending = 0;
  await one.clock.advance(HEALING_MS + HEALED_MS);
  assert.deepEqual(one.volumes.state().readOnlyIfLost, []);
  assert.deepEqual(one.told, [
    'VolumeCreated',
    'VolumesMounted',
    'BrickLost',
    'VolumesGone',
    'VolumesMounted',
    'BrickBack',
    'Healed',
  ]);
  one.volumes.stop();
});
