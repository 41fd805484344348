// Pods that wait for a node.
//
//   active      -- by priority, then by age; taken from here
//   backoff     -- was tried in vain a moment ago; becomes active when its time has come
//   unplaceable -- nothing that it waits for has happened; a change of a kind that can help moves it
//
// A pod is in one of them, or being placed, or unknown.
import { backoffDelayMs } from '#base';
import type { Clock, Timer } from '#platform/clock';
import { attemptBackoff, unschedulableFlushMs } from './limits.ts';

/** What happened in the cluster, as far as it can help a pod. */
export type Happening = 'node' | 'podGone' | 'podPlaced' | 'volume';

export interface SchedulingQueue {
  add(key: string, priority: number): void;
  remove(key: string): void;
  /** The next pod to place; it is then out of the queue. */
  take(): string | undefined;
  /** Placing failed for these reasons; back it goes. */
  unplaceable(key: string, priority: number, reasons: readonly string[]): void;
  /** Placing failed for a reason that lies in the world (the server was away); tried again after backoff. */
  retry(key: string, priority: number): void;
  happened(what: Happening): void;
  /** Moves pods that have waited for very long. */
  flush(): void;
  readonly size: { readonly active: number; readonly backoff: number; readonly unplaceable: number };
  stop(): void;
}

/** Which happenings can help against a reason. */
export function helps(reason: string): readonly Happening[] {
  if (/^Insufficient |^Too many pods|free ports/.test(reason)) return ['node', 'podGone'];
  if (/pod affinity|anti-affinity|topology spread/.test(reason)) return ['node', 'podGone', 'podPlaced'];
  if (/persistent ?volume|volume node affinity/i.test(reason)) return ['node', 'volume', 'podGone'];
  return ['node'];
}

/** How often each pod was tried in vain, and until when it is left alone for that. */
class Attempts {
  readonly #clock: Clock;
  readonly #byKey = new Map<string, { readonly count: number; readonly untilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  failed(key: string): void {
    const count = this.#byKey.get(key)?.count ?? 0;
    const untilMs = this.#clock.monotonicMs() + backoffDelayMs(attemptBackoff, count);
    this.#byKey.set(key, { count: count + 1, untilMs });
  }

  leftMs(key: string): number {
    return (this.#byKey.get(key)?.untilMs ?? 0) - this.#clock.monotonicMs();
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}

export function schedulingQueue(options: { clock: Clock; changed(): void }): SchedulingQueue {
  const { clock } = options;
  const active = new Map<number, Set<string>>();
  const backoff = new Map<string, Timer>();
  const waiting = new Map<string, { priority: number; sinceMs: number; helpedBy: ReadonlySet<Happening> }>();
  const attempts = new Attempts(clock);

  const leave = (key: string): void => {
    for (const [priority, keys] of active) if (keys.delete(key) && keys.size === 0) active.delete(priority);
    backoff.get(key)?.cancel();
    backoff.delete(key);
    waiting.delete(key);
  };
  const activate = (key: string, priority: number): void => {
    leave(key);
    const keys = active.get(priority) ?? new Set<string>();
    active.set(priority, keys.add(key));
    options.changed();
  };
  const afterBackoff = (key: string, priority: number): void => {
    const left = attempts.leftMs(key);
    if (left <= 0) activate(key, priority);
    else {
      leave(key);
      backoff.set(
        key,
        clock.after(left, () => activate(key, priority), { background: true }),
      );
    }
  };
  return {
    add: activate,
    remove(key) {
      leave(key);
      attempts.forget(key);
    },
    take() {
      if (active.size === 0) return undefined;
      const highest = active.size === 1 ? active.keys().next().value : Math.max(...active.keys());
      const key = highest === undefined ? undefined : active.get(highest)?.values().next().value;
      if (key !== undefined) leave(key);
      return key;
    },
    unplaceable(key, priority, reasons) {
      attempts.failed(key);
      leave(key);
      const helpedBy = new Set<Happening>(reasons.length > 0 ? reasons.flatMap(helps) : ['node']);
      waiting.set(key, { priority, sinceMs: clock.monotonicMs(), helpedBy });
    },
    retry(key, priority) {
      attempts.failed(key);
      afterBackoff(key, priority);
    },
    happened(what) {
      if (waiting.size === 0) return;
      for (const [key, { priority, helpedBy }] of [...waiting]) if (helpedBy.has(what)) afterBackoff(key, priority);
    },
    flush() {
      const before = clock.monotonicMs() - unschedulableFlushMs;
      for (const [key, { priority, sinceMs }] of [...waiting]) if (sinceMs <= before) afterBackoff(key, priority);
    },
    get size() {
      const count = [...active.values()].reduce((sum, keys) => sum + keys.size, 0);
      return { active: count, backoff: backoff.size, unplaceable: waiting.size };
    },
    stop() {
      for (const timer of backoff.values()) timer.cancel();
      backoff.clear();
      active.clear();
      waiting.clear();
    },
  };
}
