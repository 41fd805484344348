// A move between two logs, ended or disturbed at each of its steps in turn: what was acknowledged is there, in one history, in the log that
// says that it is the store, and in no other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorldError } from '#base';
import type { Store } from '../contract.ts';
import { MemoryRecords, memoryLog } from '../memory.driver.ts';
import { type Located, locateStore, openedPlace, Place } from '../place.ts';
import { deleteText, putText, watchLines } from '../store.conformance.ts';
import { StoreEngine } from './engine.ts';
import { MovableLog } from './movable-log.ts';
import type { StoreLog } from './store-log.ts';

const BACKOFF = { firstMs: 1, maxMs: 1, factor: 1 };
const WRITERS = 3;

/** What happens at one step: the process ends there, or it goes on without an answer; before or after the step took effect. */
interface Fault {
  readonly at: number;
  readonly ends: boolean;
  readonly isDone: boolean;
}

/** Counts what logs are asked for, and lets one of it go wrong. */
class Steps {
  count = 0;
  readonly ended = Promise.withResolvers<void>();
  #fault: Fault | undefined;
  #isOver = false;

  constructor(fault?: Fault) {
    this.#fault = fault;
  }

  /** Nothing goes wrong any more. */
  spare(): void {
    this.#fault = undefined;
  }

  async take<T>(act: () => Promise<T>): Promise<T> {
    await new Promise((resolve) => setImmediate(resolve));
    const isHere = this.#fault?.at === this.count++;
    if (this.#isOver) return new Promise<never>(() => undefined);
    if (!isHere) return act();
    if (this.#fault?.isDone) await act();
    if (!this.#fault?.ends) throw new WorldError('Failed', 'no answer');
    this.#isOver = true;
    this.ended.resolve();
    return new Promise<never>(() => undefined);
  }
}

function stepped(log: StoreLog, steps: Steps): StoreLog {
  const { marking } = log;
  assert.ok(marking);
  return {
    claim: () => steps.take(() => log.claim()),
    read: (after, visit) => steps.take(() => log.read(after, visit)),
    append: (records) => steps.take(() => log.append(records)),
    drop: (revisions, floor) => steps.take(() => log.drop(revisions, floor)),
    marking: {
      read: () => steps.take(() => marking.read()),
      write: (mark) => steps.take(() => marking.write(mark)),
      clear: () => steps.take(() => marking.clear()),
    },
    diskFull: false,
    bytes: () => 0,
    close: () => log.close(),
  };
}

/** Two logs that outlive processes. */
class Disks {
  readonly here = new MemoryRecords();
  readonly there = new MemoryRecords();

  place(which: Located['place'], steps: Steps): Place {
    return new Place(which, () => stepped(memoryLog(this[which]), steps), { needsClaim: false });
  }

  async locate(): Promise<Located> {
    const steps = new Steps();
    return locateStore(this.place('here', steps), this.place('there', steps));
  }

  async open(steps = new Steps(), located?: Located): Promise<Store<string>> {
    const { place, finishes } = located ?? (await this.locate());
    const log = new MovableLog(this.place(place, steps).open(), { finishes, backoff: BACKOFF });
    const store = new StoreEngine<string>(log, {
      index: () => '',
      historyEvents: 1_000_000,
      reloadBackoff: BACKOFF,
      moveTo: (to) => log.moveTo(openedPlace(to)),
    });
    await store.start();
    return store;
  }
}

/** Writes until it is stopped; keeps what was acknowledged. */
class Writers {
  readonly acknowledged: string[] = [];
  #stopped = false;
  readonly #running: Promise<void>[];

  constructor(store: Store<string>) {
    this.#running = Array.from({ length: WRITERS }, (_, i) => this.#write(store, i));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #write(store: Store<string>, writer: number): Promise<void> {
    for (let i = 0; !this.#stopped; i++) {
      const key = `/k/${(i + writer) % 5}`;
      try {
        const done = await (i % 4 === 3 ? deleteText(store, key) : putText(store, key, `${writer}.${i}`));
        if (done.kind !== 'kept') this.acknowledged.push(`${done.entry.revision} ${key}`);
      } catch (error) {
        assert.ok(
          error instanceof WorldError && (error.code === 'Unavailable' || error.code === 'Ambiguous'),
          `${error}`,
        );
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }
}

function historyOf(store: Store<string>): { lines: string[]; at: string[] } {
  const at: string[] = [];
  const seen = store.watch(
    { prefix: '', after: 1 },
    { event: ({ entry }) => at.push(`${entry.revision} ${entry.key}`), lost: () => at.push('lost') },
  );
  assert.ok(seen.kind === 'watching');
  seen.close();
  const { lines, close } = watchLines(store, '', 1);
  close();
  return { lines, at };
}

/** One history, in which everything is that was acknowledged and that a watcher saw. */
function judge(store: Store<string>, acknowledged: readonly string[], seen: readonly string[], note: string): void {
  const { lines, at } = historyOf(store);
  const revisions = at.map((line) => Number(line.split(' ')[0]));
  assert.deepEqual(
    revisions,
    [...new Set(revisions)].toSorted((a, b) => a - b),
    note,
  );
  assert.deepEqual(
    [...new Set(acknowledged)].filter((line) => !at.includes(line)),
    [],
    `${note}: acknowledged, and gone`,
  );
  assert.deepEqual(seen, lines.slice(0, seen.length), `${note}: a watcher saw something else`);
}

async function otherOpens(disks: Disks, note: string): Promise<void> {
  const { place } = await disks.locate();
  const other = place === 'here' ? 'there' : 'here';
  if (disks[other].mark === undefined) return;
  await assert.rejects(disks.open(new Steps(), { place: other }), { code: 'Conflict', message: /store/ }, note);
}

async function beginning(disks: Disks): Promise<string[]> {
  const first = await disks.open();
  for (let i = 0; i < 20; i++) await putText(first, `/k/${i % 7}`, `first ${i}`);
  const { at } = historyOf(first);
  await first.close();
  return at;
}

/** A life in which the store moves under writers and a watcher. */
async function life(disks: Disks, steps: Steps, note: string): Promise<{ acknowledged: string[]; moved: boolean }> {
  const store = await disks.open(steps);
  const { place } = await disks.locate();
  const seen = watchLines(store, '', 1);
  const writers = new Writers(store);
  const moving = store.moveTo(disks.place(place === 'here' ? 'there' : 'here', steps)).then(
    () => true,
    () => false,
  );
  const moved = await Promise.race([moving, steps.ended.promise.then(() => false)]);
  const isAlive = await Promise.race([writers.stop().then(() => true), steps.ended.promise.then(() => false)]);
  if (isAlive) {
    steps.spare();
    await putText(store, '/after', 'x');
    judge(store, writers.acknowledged, seen.lines, note);
    await store.close();
    seen.lines.splice(seen.lines.indexOf('lost'));
  }
  const again = await disks.open();
  judge(again, writers.acknowledged, seen.lines, note);
  await again.close();
  return { acknowledged: writers.acknowledged, moved };
}

test('a store moves under writers and watchers, and the log that it left says so', async () => {
  const disks = new Disks();
  const before = await beginning(disks);
  const there = await life(disks, new Steps(), 'there');
  assert.ok(there.moved);
  assert.equal((await disks.locate()).place, 'there');
  await assert.rejects(disks.open(new Steps(), { place: 'here' }), {
    code: 'Conflict',
    message: /has left here for there \(generation 2\).*takes no write/,
  });
  const back = await life(disks, new Steps(), 'back');
  assert.ok(back.moved);
  assert.deepEqual(await disks.locate(), { place: 'here' });
  const store = await disks.open();
  judge(store, [...before, ...there.acknowledged, ...back.acknowledged], [], 'there and back');
  await store.close();
  assert.equal(disks.here.mark?.generation, 3);
});

for (const ends of [true, false])
  for (const isDone of [true, false])
    test(`a move whose every step in turn ${ends ? 'is the last' : 'is not answered'}, ${isDone ? 'and took effect' : 'and did nothing'}, goes on or back`, async () => {
      const outcomes = { here: 0, there: 0 };
      for (let at = 0; ; at++) {
        const note = `step ${at}`;
        const disks = new Disks();
        const before = await beginning(disks);
        // The first steps open the store; they are the subject of other tests.
        const steps = new Steps({ at: at + 3, ends, isDone });
        const first = await life(disks, steps, note);
        if (steps.count <= at + 3) break;
        const { place } = await disks.locate();
        outcomes[place]++;
        assert.ok(!first.moved || place === 'there', note);
        await otherOpens(disks, note);
        // Whatever became of it, the next move works.
        const second = await life(disks, new Steps(), note);
        assert.ok(second.moved, note);
        const store = await disks.open();
        judge(store, [...before, ...first.acknowledged, ...second.acknowledged], [], note);
        await store.close();
        if (first.moved && at > 60) break;
      }
      assert.ok(outcomes.here > 5 && outcomes.there > 2, JSON.stringify(outcomes));
    });

test('a place that holds a store of its own is refused, and nothing changes', async () => {
  const disks = new Disks();
  await beginning(disks);
  const other = await disks.open(new Steps(), { place: 'there' });
  await putText(other, '/own', 'x');
  await other.close();
  const store = await disks.open();
  await assert.rejects(store.moveTo(disks.place('there', new Steps())), { code: 'Conflict', message: /its own/ });
  await putText(store, '/on', 'x');
  await store.close();
  assert.deepEqual([disks.here.mark, disks.there.mark, disks.there.records.size], [undefined, undefined, 1]);
});
