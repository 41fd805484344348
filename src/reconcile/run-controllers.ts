// Runs controllers: turns changes into keys, keys into passes, failures into retries with backoff, and time into full passes,
// jumps of the wall clock too: what was planned by it is planned again.
// Nothing runs before every watched cache is there, so no controller takes "not listed yet" for "does not exist".
import { assert, backoffDelayMs, messageOf } from '#base';
import { ApiError, isStoreFull } from '#client';
import { type Clock, onJump, type Timer } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Controller } from './contract.ts';
import { concurrencyDefault, conflictRetriesMax, fullDiskRetryMs, resyncDefaultMs, retryBackoff } from './limits.ts';
import { type WorkQueue, workQueue } from './work-queue.ts';

export type ReconcileOutcome = 'done' | 'again' | 'conflict' | 'failed';

export interface ControllerMetrics {
  /** After each pass: how it ended, how long it took. */
  reconciled(controller: string, outcome: ReconcileOutcome, tookMs: number): void;
}

export interface RunOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics?: ControllerMetrics;
}

export interface RunningControllers {
  /** Keys per controller that wait or are worked on; delayed ones are not counted. */
  backlog(): Readonly<Record<string, number>>;
  /** Takes no more keys; resolves when the passes under way have ended. */
  stop(): Promise<void>;
}

/** Starts all of them; they begin to work when their caches have synced. */
export function runControllers(controllers: readonly Controller[], options: RunOptions): RunningControllers {
  const names = new Set(controllers.map((c) => c.name));
  assert(names.size === controllers.length, 'names of controllers are different');
  const running = controllers.map((controller) => ({ name: controller.name, ...runOne(controller, options) }));
  return {
    backlog: () => Object.fromEntries(running.map((r) => [r.name, r.queue.size.waiting + r.queue.size.running])),
    stop: async () => void (await Promise.all(running.map((r) => r.stop()))),
  };
}

function isConflict(thrown: unknown): boolean {
  return thrown instanceof ApiError && thrown.code === 409 && thrown.reason === 'Conflict';
}

/** Works on one key once and says what is next for it. */
function worker(controller: Controller, options: RunOptions, queue: () => WorkQueue): (key: string) => Promise<void> {
  const { clock, metrics } = options;
  const log = options.log.child(controller.name);
  const failures = new Map<string, number>();
  const failed = (key: string, thrown: unknown): ReconcileOutcome => {
    const attempt = failures.get(key) ?? 0;
    failures.set(key, attempt + 1);
    if (isConflict(thrown) && attempt < conflictRetriesMax) {
      queue().add(key);
      return 'conflict';
    }
    const pauseMs = backoffDelayMs(retryBackoff, attempt);
    const againAfterMs = isStoreFull(thrown) ? Math.min(pauseMs, fullDiskRetryMs) : pauseMs;
    log.warn('reconcile failed', { object: key, error: messageOf(thrown), attempt, againAfterMs });
    queue().addAfter(key, againAfterMs);
    return 'failed';
  };
  return async (key) => {
    const startedMs = clock.monotonicMs();
    let outcome: ReconcileOutcome = 'done';
    try {
      const result = await controller.reconcile(key);
      failures.delete(key);
      if (result) {
        outcome = 'again';
        queue().addAfter(key, Math.max(0, result.againAfterMs));
      }
    } catch (thrown) {
      outcome = failed(key, thrown);
    }
    metrics?.reconciled(controller.name, outcome, clock.monotonicMs() - startedMs);
  };
}

function runOne(controller: Controller, options: RunOptions): { queue: WorkQueue; stop(): Promise<void> } {
  const { clock, log } = options;
  const queue: WorkQueue = workQueue({
    clock,
    concurrency: controller.concurrency ?? concurrencyDefault,
    work: worker(controller, options, () => queue),
  });
  const handles = controller.watches.map((watch) =>
    watch.cache.onChange((change) => {
      for (const key of watch.keys(change)) queue.add(key);
    }),
  );
  const fullPass = (): void => {
    const first = controller.watches[0];
    for (const object of first?.cache.list() ?? []) {
      for (const key of first?.keys({ type: 'modified', object, previous: object }) ?? []) queue.add(key);
    }
  };
  const jumps = onJump(clock, () => {
    if (queue.isOpen) fullPass();
  });
  const resyncMs = controller.resyncMs ?? resyncDefaultMs;
  let stopped = false;
  let timer: Timer | undefined;
  const tick = (): void => {
    fullPass();
    timer = clock.after(resyncMs, tick, { background: true });
  };
  Promise.all(controller.watches.map((watch) => watch.cache.synced)).then(
    () => {
      if (stopped) return;
      queue.start();
      tick();
    },
    (thrown: unknown) =>
      log.error('controller cannot start', { controller: controller.name, error: messageOf(thrown) }),
  );
  return {
    queue,
    async stop() {
      stopped = true;
      timer?.cancel();
      jumps.close();
      for (const handle of handles) handle.close();
      await queue.stop();
    },
  };
}
