// A queue of keys: a key stands in it once, is worked on by one worker at a time, and comes back when it changed meanwhile.
//
//   idle --add--> waiting --taken--> running --done--> idle
//                                       | add: dirty --done--> waiting
//   delayed keys keep only their earliest time.
import type { Clock, Timer } from '#platform/clock';

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly concurrency: number;
  /** Works on one key; must not throw. */
  work(key: string): Promise<void>;
}

export interface WorkQueue {
  /** Put a key in, to be taken as soon as a worker is free. */
  add(key: string): void;
  /** Put a key in later; an earlier time that is already set stays. */
  addAfter(key: string, ms: number): void;
  /** Keys that wait, are worked on, or are delayed. */
  readonly size: { readonly waiting: number; readonly running: number; readonly delayed: number };
  /** Keys are handed out. */
  readonly isOpen: boolean;
  /** Begins to hand out keys; before that they only gather. */
  start(): void;
  /** Takes no more keys and resolves when the running ones are done. */
  stop(): Promise<void>;
}

export function workQueue(options: WorkQueueOptions): WorkQueue {
  const waiting = new Set<string>();
  const running = new Set<string>();
  const dirty = new Set<string>();
  const delayed = new Map<string, { dueMs: number; timer: Timer }>();
  let state: 'gathering' | 'open' | 'stopped' = 'gathering';
  let pumping = false;
  let drained: (() => void) | undefined;

  const done = (key: string): void => {
    running.delete(key);
    if (dirty.delete(key)) waiting.add(key);
    if (state === 'stopped' && running.size === 0) drained?.();
    if (!pumping) pump();
  };
  const pump = (): void => {
    pumping = false;
    for (const key of waiting) {
      if (state !== 'open' || running.size >= options.concurrency) return;
      waiting.delete(key);
      running.add(key);
      void options.work(key).finally(() => done(key));
    }
  };
  // A turn of the event loop later, so that a burst of changes to one object is one pass, and nobody's call stack grows.
  const schedule = (): void => {
    if (pumping || state !== 'open' || waiting.size === 0) return;
    pumping = true;
    setImmediate(pump);
  };
  const add = (key: string): void => {
    if (state === 'stopped') return;
    if (running.has(key)) dirty.add(key);
    else waiting.add(key);
    schedule();
  };
  return {
    add,
    addAfter(key, ms) {
      if (state === 'stopped') return;
      const dueMs = options.clock.monotonicMs() + ms;
      const known = delayed.get(key);
      if (known && known.dueMs <= dueMs) return;
      known?.timer.cancel();
      const act = (): void => {
        delayed.delete(key);
        add(key);
      };
      delayed.set(key, { dueMs, timer: options.clock.after(ms, act, { background: true }) });
    },
    get size() {
      return { waiting: waiting.size, running: running.size, delayed: delayed.size };
    },
    get isOpen() {
      return state === 'open';
    },
    start() {
      if (state === 'gathering') state = 'open';
      schedule();
    },
    async stop() {
      state = 'stopped';
      waiting.clear();
      dirty.clear();
      for (const { timer } of delayed.values()) timer.cancel();
      delayed.clear();
      if (running.size > 0) {
        await new Promise<void>((resolve) => {
          drained = resolve;
        });
      }
    },
  };
}
