// How fast the store is on each driver: prints one JSON document.
//   sh scripts/node.sh bench/store.ts [memory,sqlite,etcd] [objects]
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startEtcd } from '#platform/etcd';
import { openEtcdStore, openMemoryStore, openSqliteStore, type Store, type StoreOptions } from '#store';

const OBJECT_BYTES = 2000;
const SERIAL_WRITES = 1000;
const NAMESPACES = 10;

interface Place {
  open(options: StoreOptions<null>): Promise<Store<null>>;
  destroy(): Promise<void>;
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  memory: async () => ({ open: async (options) => openMemoryStore(options), destroy: async () => undefined }),
  sqlite: async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'holdfast-bench-'));
    return {
      open: (options) => openSqliteStore({ ...options, folder: path.join(folder, 'store') }),
      destroy: async () => fs.rmSync(folder, { recursive: true }),
    };
  },
  etcd: async () => {
    const server = await startEtcd();
    const prefix = `/bench/${randomUUID()}`;
    return {
      open: (options) => openEtcdStore({ ...options, endpoints: [server.endpoint], prefix, identity: randomUUID() }),
      destroy: () => server.stop(),
    };
  },
};

function quantiles(times: number[]): { p50Ms: number; p99Ms: number } {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (q: number): number => Number((sorted[Math.floor((sorted.length - 1) * q)] ?? 0).toFixed(3));
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function timed(act: () => unknown): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

function put(store: Store<null>, key: string): Promise<unknown> {
  return store.write(key, () => ({ kind: 'put', encode: (revision) => Buffer.alloc(OBJECT_BYTES, `${revision} `) }));
}

async function writes(store: Store<null>, options: { prefix: string; count: number; at: number }): Promise<object> {
  const times: number[] = [];
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < options.count) {
      const key = `${options.prefix}${next++}`;
      times.push(await timed(() => put(store, key)));
    }
  };
  const took = await timed(() => Promise.all(Array.from({ length: options.at }, writer)));
  return { ...quantiles(times), perSecond: Math.round((options.count / took) * 1000) };
}

async function repeat(count: number, act: () => unknown): Promise<{ p50Ms: number; p99Ms: number }> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push(await timed(act));
  return quantiles(times);
}

async function fanOut(store: Store<null>): Promise<object> {
  const watchers = Array.from({ length: 1000 }, () =>
    store.watch({ prefix: '/core/pods/', after: store.revision }, { event: () => undefined, lost: () => undefined }),
  );
  const result = await repeat(200, () => put(store, '/core/pods/ns0/watched'));
  for (const watcher of watchers) if (watcher.kind === 'watching') watcher.close();
  return result;
}

async function measure(place: Place, objects: number): Promise<object> {
  const options: StoreOptions<null> = { index: () => null };
  let store = await place.open(options);
  const serialCreate = await writes(store, { prefix: '/core/configmaps/ns0/', count: SERIAL_WRITES, at: 1 });
  const create16 = await writes(store, { prefix: '/core/secrets/ns0/', count: SERIAL_WRITES * 10, at: 16 });
  for (let namespace = 0; namespace < NAMESPACES; namespace++)
    await writes(store, { prefix: `/core/pods/ns${namespace}/`, count: objects / NAMESPACES, at: 256 });
  const list = await repeat(200, () => store.list({ prefix: '/core/pods/ns3/' }));
  const get = await repeat(2000, () => store.get('/core/pods/ns3/7'));
  const update1000Watchers = await fanOut(store);
  const { bytes } = store.usage();
  const kept = store.count('');
  await store.close();
  let reopenMs: number | undefined = await timed(async () => {
    store = await place.open(options);
  });
  if (store.count('') === 0) reopenMs = undefined;
  await store.close();
  return {
    objects: kept,
    bytes,
    serialCreate,
    create16,
    [`list${objects / NAMESPACES}`]: list,
    get,
    update1000Watchers,
    reopenMs,
  };
}

async function main(args: readonly string[]): Promise<void> {
  const drivers = (args[0] ?? 'memory,sqlite,etcd').split(',');
  const objects = Number(args[1] ?? 50_000);
  const results: Record<string, object> = {};
  for (const driver of drivers) {
    const make = PLACES[driver];
    if (make === undefined) throw new Error(`no driver ${driver}; there are ${Object.keys(PLACES).join(', ')}`);
    const place = await make();
    results[driver] = await measure(place, objects).finally(() => place.destroy());
  }
  const machine = { cpus: os.cpus().length, load: os.loadavg(), node: process.version, objectBytes: OBJECT_BYTES };
  console.log(JSON.stringify({ bench: 'store', machine, results }, undefined, 2));
}

await main(process.argv.slice(2));
