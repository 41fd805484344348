// What a drill changed is put back: at its end, when its owner is gone, when it takes too long, after a crash, after failing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { WorldError } from '#base';
import { DRILL_MS_MAX } from '#model/site';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { keepDrills } from './keep-drills.ts';
import { OWNER_WATCH_MS } from './limits.ts';

const root = testFolder('drills');
after(() => fs.rmSync(root, { recursive: true }));
const OWNER = { pid: 7, startTicks: 70, bootId: 'this' };

let trials = 0;
function trial(written?: string) {
  const file = path.join(root, `${trials++}.json`);
  if (written !== undefined) fs.writeFileSync(file, written);
  const clock = fakeClock(0);
  const events: string[] = [];
  const putBack: string[] = [];
  const world = { alive: true, fails: false };
  const start = () =>
    keepDrills({
      file,
      clock,
      log: memoryLog(),
      isAlive: () => world.alive,
      putBack: async (drill) => {
        if (world.fails) throw new WorldError('Unavailable', 'services are away');
        assert.ok(fs.existsSync(file), 'the record goes last');
        putBack.push(drill);
      },
      told: ({ reason }) => events.push(reason),
    });
  /** Lets time pass, and everything that waits for it be done. */
  const pass = (ms: number): Promise<void> => clock.advance(ms);
  return { file, clock, events, putBack, world, start, pass };
}

test('is written down first, and put back at the end', async () => {
  const { start, file, putBack, events } = trial();
  const keeper = start();
  keeper.begin('clock-jump', OWNER);
  assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), { version: 1, drill: 'clock-jump', owner: OWNER });
  assert.throws(() => keeper.begin('clock-jump', { ...OWNER, pid: 8 }), /a drill runs/);
  await keeper.end({ ...OWNER, startTicks: 71 });
  assert.deepEqual(putBack, [], "another's end is not this drill's");
  await keeper.end(OWNER);
  assert.deepEqual([putBack, events], [['clock-jump'], ['DrillBegun', 'DrillEnded']]);
  assert.ok(!fs.existsSync(file));
  await keeper.end(OWNER);
  assert.equal(putBack.length, 1);
});

test('is put back when the owner is gone, or it takes too long', async () => {
  for (const why of ['gone', 'long'] as const) {
    const { start, file, putBack, events, world, pass } = trial();
    start().begin('clock-jump', OWNER);
    await pass(10 * OWNER_WATCH_MS);
    assert.deepEqual(putBack, [], 'while it runs');
    if (why === 'gone') world.alive = false;
    await pass(why === 'gone' ? OWNER_WATCH_MS : DRILL_MS_MAX);
    assert.deepEqual(
      [putBack, events, fs.existsSync(file)],
      [['clock-jump'], ['DrillBegun', 'DrillPutBack'], false],
      why,
    );
  }
});

test('is put back by the next holdfastd, whole record or damaged', async () => {
  const record = JSON.stringify({ version: 1, drill: 'clock-jump', owner: OWNER });
  for (const [written, drill] of [
    [record, 'clock-jump'],
    ['{"version":', 'clock-jump'],
  ] as const) {
    const { start, file, putBack, events, pass } = trial(written);
    start();
    await pass(0);
    assert.ok(putBack.includes(drill));
    assert.deepEqual([events, fs.existsSync(file)], [['DrillPutBack'], false]);
  }
});

test('is tried again until it is put back', async () => {
  const { start, file, putBack, world, pass } = trial();
  const keeper = start();
  keeper.begin('clock-jump', OWNER);
  Object.assign(world, { alive: false, fails: true });
  await pass(3 * OWNER_WATCH_MS);
  assert.deepEqual([putBack, fs.existsSync(file)], [[], true]);
  assert.throws(() => keeper.begin('clock-jump', OWNER), /a drill runs/, 'nothing else begins meanwhile');
  world.fails = false;
  await pass(OWNER_WATCH_MS);
  assert.deepEqual([putBack, fs.existsSync(file)], [['clock-jump'], false]);
});
