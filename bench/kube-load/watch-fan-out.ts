// Many watches of one namespace: the time from sending a create to its event on each of them.
import { pause, waitUntil } from '../harness/bench.ts';
import { expectJson, expectStatus } from '../harness/connection.ts';
import { spanFigures } from '../harness/statistics.ts';
import { openWatch, type WatchStream } from '../harness/watch-stream.ts';
import { configMap, configMapsPath, type LoadRun } from './load-run.ts';

/** So that every watch stands before the first event. */
const SETTLE_MS = 500;
/** Between creates: events come one by one, not in bursts. */
const EVENT_PAUSE_MS = 10;
const DELIVERY_TIMEOUT_MS = 5000;

export async function watchPhase(run: LoadRun): Promise<void> {
  const { watchers, events } = run.sizes;
  const collection = configMapsPath(await run.namespace('watch'));
  const list = await expectJson<{ metadata: { resourceVersion: string } }>(
    run.connection.request('GET', collection),
    200,
  );
  const sentAtMs = new Map<string, number>();
  const receipts: number[] = [];
  const creates: number[] = [];
  const streams: WatchStream[] = [];
  const event = (type: string, object: { metadata: { name: string } }, atMs: number): void => {
    const sent = sentAtMs.get(object.metadata.name);
    if (type === 'ADDED' && sent !== undefined) receipts.push(atMs - sent);
  };
  const path = `${collection}?watch=1&resourceVersion=${list.metadata.resourceVersion}`;
  try {
    for (let i = 0; i < watchers; i++) streams.push(await openWatch(run.target, path, { event }));
    await pause(SETTLE_MS);
    for (let i = 0; i < events; i++) {
      const startMs = performance.now();
      sentAtMs.set(`w-${i}`, startMs);
      await expectStatus(run.connection.request('POST', collection, { body: configMap(`w-${i}`) }), 201);
      creates.push(performance.now() - startMs);
      await pause(EVENT_PAUSE_MS);
    }
    // What does not come is told by the figures, as fewer delivered than expected.
    await waitUntil('every event', () => receipts.length >= watchers * events, {
      timeoutMs: DELIVERY_TIMEOUT_MS,
    }).catch(() => undefined);
  } finally {
    for (const stream of streams) stream.close();
  }
  run.figure('watch_fanout', {
    watchers,
    events,
    delivered: receipts.length,
    expected: watchers * events,
    send_to_receipt: spanFigures(receipts),
    create: spanFigures(creates),
  });
}
