// The store alone, without the API in front of it: writes one by one and by many writers, reads and lists among many objects,
// watch fan-out, and opening a log that holds them all. A write counts from its call until it is durable and visible.
import type { Store } from '#store';
import { bench, benchMain, onStop, progress } from './harness/bench.ts';
import { type OptionsOf, UsageError } from './harness/options.ts';
import { median, rounded, spanFigures, timed } from './harness/statistics.ts';
import { STORE_DRIVERS, type StoreDriver, type StoreLog } from './store/drivers.ts';

const NAMESPACES = 10;
/** As many as fill the groups of a commit. */
const FILLERS = 256;
const FAN_OUT_WRITES = 200;
const READS = 200_000;
const LISTS = 200;

const OPTIONS = {
  drivers: { default: Object.keys(STORE_DRIVERS).join(','), means: 'drivers to measure' },
  n: { default: 1000, means: 'writes one after the other' },
  conc: { default: 16, means: 'writers at once' },
  total: { default: 10_000, means: 'writes of them' },
  objects: { default: 50_000, means: `objects that fill the store, in ${NAMESPACES} namespaces` },
  bytes: { default: 2000, means: 'of an object' },
  watchers: { default: 1000, means: 'watchers in the fan-out' },
} as const;

type Options = OptionsOf<typeof OPTIONS>;

const fullKey = (index: number): string => `/core/pods/ns${index % NAMESPACES}/${Math.floor(index / NAMESPACES)}`;

interface Writes {
  readonly writers: number;
  readonly count: number;
  readonly bytes: number;
  key(index: number): string;
}

function put(store: Store<number>, key: string, bytes: number): Promise<unknown> {
  return store.write(key, () => ({ kind: 'put', encode: (revision) => Buffer.alloc(bytes, `${revision} `) }));
}

async function writes(store: Store<number>, of: Writes) {
  const spans: number[] = [];
  let next = 0;
  const startMs = performance.now();
  const writer = async (): Promise<void> => {
    while (next < of.count) {
      const key = of.key(next++);
      await timed(spans, () => put(store, key, of.bytes));
    }
  };
  await Promise.all(Array.from({ length: of.writers }, writer));
  const seconds = (performance.now() - startMs) / 1000;
  return { writers: of.writers, per_s: rounded(of.count / seconds, 0), ...spanFigures(spans) };
}

async function fanOut(store: Store<number>, of: { watchers: number; bytes: number }) {
  const receipts: number[] = [];
  const answers: number[] = [];
  let sentMs = 0;
  const sink = { event: () => void receipts.push(performance.now() - sentMs), lost: () => undefined };
  const watches = Array.from({ length: of.watchers }, () =>
    store.watch({ prefix: '/core/pods/', after: store.revision }, sink),
  );
  for (let i = 0; i < FAN_OUT_WRITES; i++) {
    sentMs = performance.now();
    await timed(answers, () => put(store, fullKey(0), of.bytes));
  }
  for (const watch of watches) if (watch.kind === 'watching') watch.close();
  const expected = FAN_OUT_WRITES * of.watchers;
  const delivered = receipts.length;
  return {
    watchers: of.watchers,
    delivered,
    expected,
    send_to_receipt: spanFigures(receipts),
    put: spanFigures(answers),
  };
}

function reads(store: Store<number>, objects: number) {
  const startMs = performance.now();
  let found = 0;
  for (let i = 0; i < READS; i++) if (store.get(fullKey(i % objects))) found++;
  const seconds = (performance.now() - startMs) / 1000;
  if (found !== READS) throw new Error(`${READS - found} of ${READS} objects were not there`);
  const prefix = '/core/pods/ns3/';
  const lists = Array.from({ length: LISTS }, () => {
    const listMs = performance.now();
    store.list({ prefix });
    return performance.now() - listMs;
  });
  return { get_per_s: rounded(READS / seconds, 0), list: { items: store.count(prefix), median_ms: median(lists) } };
}

async function measureDriver(driver: StoreDriver, log: StoreLog, options: Options) {
  const { n, conc, total, objects, bytes, watchers } = options;
  const store = await log.open();
  const figures: Record<string, unknown> = {};
  try {
    const single = (index: number): string => `/core/configmaps/ns0/${index}`;
    const many = (index: number): string => `/core/secrets/ns0/${index}`;
    figures.put_1writer = await writes(store, { writers: 1, count: n, bytes, key: single });
    figures.put_concurrent = await writes(store, { writers: conc, count: total, bytes, key: many });
    figures.fill = await writes(store, { writers: FILLERS, count: objects, bytes, key: fullKey });
    Object.assign(figures, reads(store, objects));
    figures.watch_fanout = await fanOut(store, { watchers, bytes });
    figures.log_bytes = store.usage().bytes;
  } finally {
    await store.close();
  }
  if (!driver.durable) return figures;
  const startMs = performance.now();
  const again = await log.open();
  const openMs = performance.now() - startMs;
  try {
    return { ...figures, open: { entries: again.count(''), ms: rounded(openMs, 1) } };
  } finally {
    await again.close();
  }
}

export const store = bench({
  name: 'store',
  about: 'the store alone: writes, reads, lists, watch fan-out and opening, by driver',
  options: OPTIONS,
  slow: false,
  measure: async (options) => {
    const figures: Record<string, unknown> = {};
    for (const name of options.drivers.split(',')) {
      const driver = STORE_DRIVERS[name];
      if (!driver) throw new UsageError(`no driver ${name}; there are: ${Object.keys(STORE_DRIVERS).join(', ')}`);
      progress(`measuring ${name}`);
      const log = await driver.prepare();
      const release = onStop(() => log.destroy());
      try {
        figures[name] = await measureDriver(driver, log, options);
      } finally {
        release();
        await log.destroy();
      }
    }
    return figures;
  },
});

if (import.meta.main) await benchMain(store);
