// Seals anew, in the process that has the store, what an earlier key has sealed: a few records at a time with pauses between, so that
// nobody's writes wait for it. How far it is stands in a file, by which the keeper of the keys knows when the earlier one can go.
import { WorldError } from '#base';
import type { Clock, Timer } from '#platform/clock';
import { readJsonIfPresent, writeFileAtomic } from '#platform/disk';
import type { Log } from '#platform/log';
import type { Store } from '#store';
import { RESEAL_LOOK_MS, RESEAL_PAUSE_MS, RESEAL_RECORDS } from '../limits.ts';

export interface ResealProgress {
  /** The key that seals. */
  readonly key: number;
  /** Records of the store that it has not sealed. */
  readonly left: number;
}

export interface ResealOptions {
  readonly store: Pick<Store, 'reseal' | 'state'>;
  /** In the run folder: of no use after a reboot. */
  readonly file: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** While the store is written here. */
export function keepResealed(of: ResealOptions): { close(): void } {
  const { store, file, clock, log } = of;
  let timer: Timer | undefined;
  let told: string | undefined;
  let closed = false;
  const again = (ms: number): void => {
    if (!closed) timer = clock.after(ms, () => void turn(), { background: true });
  };
  const turn = async (): Promise<void> => {
    try {
      const done = store.state === 'open' ? await store.reseal(RESEAL_RECORDS) : undefined;
      if (!done) return again(RESEAL_LOOK_MS);
      const { key, left, resealed } = done;
      const text = JSON.stringify({ key, left } satisfies ResealProgress);
      if (text !== told) writeFileAtomic(file, text);
      told = text;
      if (resealed > 0 && left === 0) log.info('all secrets are sealed with the newest key', { key });
      again(left > 0 ? RESEAL_PAUSE_MS : RESEAL_LOOK_MS);
    } catch (error) {
      log.warn('secrets cannot be sealed anew now', { error });
      again(RESEAL_LOOK_MS);
    }
  };
  void turn();
  return {
    close: () => {
      closed = true;
      timer?.cancel();
    },
  };
}

/** Undefined while nothing is known. */
export function readResealProgress(file: string): ResealProgress | undefined {
  try {
    return readJsonIfPresent<ResealProgress>(file);
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Corrupt') return undefined;
    throw error;
  }
}
