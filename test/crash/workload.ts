// A process that writes to a store as fast as it is answered, and says in a file of its own what it asked for and what was
// acknowledged: "ask <revision> <put|delete> <length> <key>", "ack <revision>", "lost <revision>" for a write that failed
// and may or may not be there. What an object holds follows from its key, revision and length. It ends by closing the store, or by killing itself when told so.
// With options for both drivers, `sqlite` and `etcd`, its store moves to and fro between them all the time; each move is said: "moved <generation>".
//   node workload.ts <acks file, - for stdout> <seed> <writes> <close|kill|forever> <options for the store as JSON>
import fs from 'node:fs';
import { seededRandom, systemCodeOf, WorldError } from '#base';
import { etcdPlace, locateStore, openEtcdStore, openSqliteStore, type Store, sqlitePlace } from '#store';

/** The bytes of an object, so that a checker can tell whole from torn. */
export function bytesOf(key: string, revision: number, length: number): Buffer {
  const line = `${key}@${revision};`;
  return Buffer.from(line.repeat(Math.ceil(length / line.length)).slice(0, length));
}

const WRITERS = 6;
const KEYS = 40;

/** Writes a whole line before going on; a pipe that its reader has not emptied yet is tried again. */
function sayLine(fd: number, line: string): void {
  let rest = Buffer.from(`${line}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(fd, rest));
    } catch (error) {
      if (systemCodeOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

async function work(store: Store, acks: number, options: { seed: number; writes: number }): Promise<void> {
  const random = seededRandom(options.seed);
  const say = (line: string): void => sayLine(acks, line);
  let left = options.writes;
  const write = async (): Promise<void> => {
    const key = `/k/${random.below(KEYS)}`;
    const length = random.below(12) === 0 ? 4000 + random.below(9000) : 20 + random.below(700);
    const remove = random.below(4) === 0;
    let asked = 0;
    try {
      await store.write(key, (current) => {
        const kind = remove && current !== undefined ? 'delete' : 'put';
        return {
          kind,
          encode: (revision) => {
            asked = revision;
            say(`ask ${revision} ${kind} ${length} ${key}`);
            return bytesOf(key, revision, length);
          },
        };
      });
      say(`ack ${asked}`);
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      if (asked > 0) say(`lost ${asked}`);
      // The store mends itself; ask again a little later.
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const writer = async (): Promise<void> => {
    while (left-- > 0) {
      await write();
      if (random.below(60) === 0) await store.compact(store.revision - random.below(20));
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
}

interface Both {
  readonly sqlite: Omit<Parameters<typeof openSqliteStore>[0], 'index'>;
  readonly etcd: Omit<Parameters<typeof openEtcdStore>[0], 'index'>;
}

/** Opens the store where it is after the moves of earlier lives. */
export async function openEither({ sqlite, etcd }: Both): Promise<{ store: Store; isInEtcd: boolean }> {
  const { place, finishes } = await locateStore(sqlitePlace(sqlite), etcdPlace(etcd));
  const isInEtcd = place === 'there';
  const store = isInEtcd
    ? await openEtcdStore({ ...etcd, finishes, index: () => null })
    : await openSqliteStore({ ...sqlite, finishes, index: () => null });
  return { store, isInEtcd };
}

/** Moves without an end. */
async function wander(given: { store: Store; isInEtcd: boolean }, both: Both, acks: number): Promise<never> {
  for (let isInEtcd = given.isInEtcd; ; isInEtcd = !isInEtcd) {
    const { generation } = await given.store.moveTo(isInEtcd ? sqlitePlace(both.sqlite) : etcdPlace(both.etcd));
    sayLine(acks, `moved ${generation}`);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const [acksFile = '', seed = '1', writes = '100', end = 'close', json = '{}'] = args;
  const given = JSON.parse(json);
  const sqliteWorkerUrl = given.worker ? new URL(given.worker) : undefined;
  const options = { ...given, sqliteWorkerUrl, index: () => null };
  const acks = acksFile === '-' ? 1 : fs.openSync(acksFile, 'a');
  const both = options.sqlite ? { ...options, sqlite: { ...options.sqlite, sqliteWorkerUrl } } : undefined;
  const either = both && (await openEither(both));
  const alone = (): Promise<Store> => (options.endpoints ? openEtcdStore(options) : openSqliteStore(options));
  const store = either?.store ?? (await alone());
  sayLine(acks, `open ${store.revision}`);
  if (either) void wander(either, both, acks);
  const count = end === 'forever' ? Number.POSITIVE_INFINITY : Number(writes);
  await work(store, acks, { seed: Number(seed), writes: count });
  if (end === 'kill') process.kill(process.pid, 'SIGKILL');
  await store.close();
}

if (import.meta.main) await main(process.argv.slice(2));
