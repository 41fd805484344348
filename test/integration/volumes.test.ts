// Replicated volumes on real GlusterFS: two nodes and a witness, their networks cut, their processes killed. What was acknowledged
// stays; nobody writes without a majority; locks of the dead are given to the living.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { volumeAnswers } from '#platform/gluster';
import { syncsWhileSlowed } from './slowed-syncs.fixture.ts';
import { DEADLINE_MS, until, VolumesPair } from './volumes.fixture.ts';

let site: VolumesPair;
const children: ChildProcess[] = [];

before(async () => {
  site = new VolumesPair();
  await site.start();
  await site.whole();
});

after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await site?.remove();
});

/** Appends numbered lines, and tells each once it is synced; tells errors, and goes on. */
const WRITER = `
const fs = require('node:fs');
const file = fs.openSync(process.argv[1], 'a');
let number = 0, longest = 0;
const next = () => {
  const before = performance.now();
  try {
    fs.writeSync(file, (++number) + '\\n');
    fs.fsyncSync(file);
    longest = Math.max(longest, performance.now() - before);
    console.log('synced ' + number + ' ' + Math.round(longest));
  } catch (error) { console.log('failed ' + error.code); }
  setTimeout(next, 5);
};
next();`;

/** Takes a database's only lock, by fcntl, as soon as it is free, and keeps it. */
const LOCKER = `
const { DatabaseSync } = require('node:sqlite');
const take = () => {
  try {
    const database = new DatabaseSync(process.argv[1]);
    database.exec('pragma busy_timeout = 0; create table if not exists t (who text); begin exclusive');
    database.exec("insert into t values ('" + process.argv[2] + "')");
    globalThis.held = database;
    console.log('held');
    setInterval(() => undefined, 1000);
  } catch (error) {
    console.log('refused ' + error.message);
    setTimeout(take, 100);
  }
};
take();`;

interface Said {
  readonly child: ChildProcess;
  readonly lines: string[];
}

function script(text: string, ...args: string[]): Said {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', text, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => lines.push(line));
  return { child, lines };
}

const synced = ({ lines }: Said): number[] =>
  lines.filter((line) => line.startsWith('synced')).map((line) => Number(line.split(' ')[1]));
const longestMs = ({ lines }: Said): string =>
  lines.findLast((line) => line.startsWith('synced'))?.split(' ')[2] ?? '-';
const failures = ({ lines }: Said): string[] => lines.filter((line) => line.startsWith('failed'));
const more = (writer: Said, than: number): Promise<unknown> =>
  until(`more than ${than} lines are synced`, () => synced(writer).length > than);
/** Counts from now: resolves when one more copy is lost to a node. */
function oneMoreLost(name: string): () => Promise<unknown> {
  const lost = (): number => site.member(name).told.filter((reason) => reason === 'BrickLost').length;
  const before = lost();
  return () => until(`${name} gives a copy up`, () => lost() > before);
}
const ended = async ({ child }: Said): Promise<void> => {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
};
const numbersIn = (file: string): number[] => fs.readFileSync(file, 'utf8').trim().split('\n').map(Number);

test('what one node writes, the other reads', async () => {
  fs.writeFileSync(site.on('node-a', 'greeting'), 'from a');
  await until('b reads it', () => fs.existsSync(site.on('node-b', 'greeting')));
  assert.equal(fs.readFileSync(site.on('node-b', 'greeting'), 'utf8'), 'from a');
  for (const { name } of site.pair.nodes) assert.equal(await volumeAnswers(site.folderOn(name)), true);
  // What lies under the volumes takes nothing, should their client be away.
  const mounts = fs
    .readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const [below, above] = mounts.filter(([, point]) => point === site.folderOn('node-b'));
  assert.match(below?.[3] ?? '', /^ro\b/);
  assert.equal(above?.[2], 'fuse.glusterfs');
  const { bricks, readOnlyIfLost } = site.member('node-b').volumes?.state() ?? {};
  assert.deepEqual(
    bricks?.map(({ member }) => member),
    ['node-a', 'node-b', 'witness'],
  );
  assert.deepEqual(readOnlyIfLost, []);
  // The arbiter knows the name, and not the content.
  assert.equal(fs.statSync(`${site.member('witness').brick}/greeting`).size, 0);
  assert.equal(fs.readFileSync(`${site.member('node-b').brick}/greeting`, 'utf8'), 'from a');
});

test('nobody but the members reaches what keeps the volumes', () => {
  const { access } = site.pair.witness;
  const stranger = access.replace(/\d+$/, '77');
  assert.equal(site.reachesGlusterd({ from: 'witness', source: access, to: 'node-a', waitMs: DEADLINE_MS }), true);
  assert.equal(site.reachesGlusterd({ from: 'witness', source: stranger, to: 'node-a', waitMs: 2_000 }), false);
});

test('a sync is answered when both copies are synced', async () => {
  const byMs = 250;
  for (const name of ['node-a', 'node-b']) {
    const pid = site.member(name).brickPids[0] ?? assert.fail(`${name} has no copy`);
    const took = await syncsWhileSlowed({ file: site.on('node-a', 'slowed'), pid, byMs });
    assert.ok(took.length > 0 && took.every((ms) => ms >= byMs), `each waits for the copy on ${name}: ${took}`);
  }
});

test('a cut between the nodes costs the writer no error, and the other side cannot write what it lacks', async (t) => {
  const writer = script(WRITER, site.on('node-a', 'cut'));
  await more(writer, 20);
  const lost = oneMoreLost('node-a');
  site.cutStorage('node-b');
  await lost();
  await more(writer, synced(writer).length + 20);
  t.diagnostic(`longest time between write and answer: ${longestMs(writer)} ms`);
  assert.deepEqual(failures(writer), []);
  assert.ok(site.member('node-a').volumes?.state().readOnlyIfLost.includes('witness'));
  assert.throws(() => {
    const file = fs.openSync(site.on('node-b', 'cut'), 'a');
    try {
      fs.writeSync(file, 'from b\n');
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  });
  site.mend('node-b');
  await ended(writer);
  await site.whole();
  await until('both copies are the same', () => {
    const [one, other] = ['node-a', 'node-b'].map((name) => fs.readFileSync(`${site.member(name).brick}/cut`, 'utf8'));
    return one === other;
  });
  const there = new Set(numbersIn(site.on('node-b', 'cut')));
  assert.deepEqual(
    synced(writer).filter((number) => !there.has(number)),
    [],
  );
});

test('a dead node takes nothing with it that was acknowledged, and heals when it is back', async (t) => {
  const [dying, living] = [script(WRITER, site.on('node-a', 'of-a')), script(WRITER, site.on('node-b', 'of-b'))];
  await Promise.all([more(dying, 20), more(living, 20)]);
  const lost = oneMoreLost('node-b');
  site.cutAll('node-a');
  await site.member('node-a').kill();
  await lost();
  await more(living, synced(living).length + 20);
  t.diagnostic(`longest time between write and answer: ${longestMs(living)} ms`);
  assert.deepEqual(failures(living), []);
  const there = new Set(numbersIn(site.on('node-b', 'of-a')));
  assert.deepEqual(
    synced(dying).filter((number) => !there.has(number)),
    [],
  );
  await ended(dying);
  site.mend('node-a');
  site.member('node-a').start();
  await until('a shows volumes again', () => site.member('node-a').volumes?.state().mounted);
  await more(living, synced(living).length + 20);
  await ended(living);
  await site.whole();
  await until('the copy on a has what b wrote meanwhile', () => {
    const numbers = new Set(numbersIn(site.on('node-a', 'of-b')));
    return synced(living).every((number) => numbers.has(number));
  });
});

test('a copy or a client whose process dies comes back by itself, and one that hangs is given up and healed', async (t) => {
  const b = site.member('node-b');
  const writer = script(WRITER, site.on('node-a', 'dying'));
  await more(writer, 20);
  const first = b.brickPids;
  for (const pid of first) process.kill(pid, 'SIGKILL');
  await until('the copy on b is kept by another process', () => b.brickPids.some((pid) => !first.includes(pid)));
  await site.whole();
  const hung = b.brickPids;
  const lost = oneMoreLost('node-a');
  for (const pid of hung) process.kill(pid, 'SIGSTOP');
  await lost();
  await more(writer, synced(writer).length + 20);
  t.diagnostic(`longest time between write and answer: ${longestMs(writer)} ms`);
  for (const pid of hung) process.kill(pid, 'SIGCONT');
  assert.deepEqual(failures(writer), []);
  await ended(writer);
  await site.whole();
  await b.killClient();
  await until('volumes show on b again', () => volumeAnswers(site.folderOn('node-b')));
  const there = new Set(numbersIn(site.on('node-b', 'dying')));
  assert.deepEqual(
    synced(writer).filter((number) => !there.has(number)),
    [],
  );
  await site.whole();
});

test('the locks of a node that is lost go over to the other, and it can change nothing more', async (t) => {
  const holder = script(LOCKER, site.on('node-a', 'database'), 'a');
  await until('a holds the lock', () => holder.lines.includes('held'));
  const waiting = script(LOCKER, site.on('node-b', 'database'), 'b');
  await until('b is refused', () => waiting.lines.some((line) => line.startsWith('refused')));
  site.cutAll('node-a');
  const cutMs = performance.now();
  await until('b holds the lock', () => waiting.lines.includes('held'));
  t.diagnostic(`the lock went over after ${Math.round(performance.now() - cutMs)} ms`);
  // The cut-off node can change nothing any more, whatever its processes believe.
  assert.throws(() => fs.writeFileSync(site.on('node-a', 'alone'), ''));
  await until('a says that its volumes cannot be had', async () => !(await volumeAnswers(site.folderOn('node-a'))));
  await site.member('node-a').killClient();
  await ended(holder);
  await ended(waiting);
  site.mend('node-a');
  await site.whole();
});
