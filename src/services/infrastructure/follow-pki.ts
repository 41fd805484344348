// Tells a process of the site when what it has read of the certificates has changed, so that it swaps them while it runs. The
// system tells of changes in the folder; where it does not, the folder's time is looked at every other second.
import { messageOf } from '#base';
import type { Clock, Timer } from '#platform/clock';
import { folderChangedMs, watchFolder } from '#platform/disk';
import type { Log } from '#platform/log';
import { FOLLOW_EVERY_MS, FOLLOW_SETTLE_MS } from './limits.ts';
import { openPki, type Pki } from './pki.ts';

export interface PkiFollower {
  readonly pki: Pki;
  /** Calls `apply` with what `read` gives whenever that differs from what it gave before; `known` is what is in use now. */
  follow<T>(read: (pki: Pki) => T, known: T, apply: (value: T) => void): void;
  /** Calls `act` whenever anything in the folder has changed. */
  onChange(act: () => void): void;
  close(): void;
}

export function followPki(of: { folder: string; clock: Clock; log: Log }): PkiFollower {
  const { folder, clock, log } = of;
  const pki = openPki(folder);
  const followers: (() => void)[] = [];
  let seenMs = folderChangedMs(folder);
  let settling: Timer | undefined;
  let closed = false;
  const look = (): void => {
    settling = undefined;
    seenMs = folderChangedMs(folder);
    for (const follower of followers)
      try {
        follower();
      } catch (error) {
        // What is in use stays in use; the next change, or the next look, tries again.
        log.warn('changed certificates cannot be taken up', { error: messageOf(error) });
        seenMs = 0;
      }
  };
  const soon = (): void => {
    if (!closed) settling ??= clock.after(FOLLOW_SETTLE_MS, look, { background: true });
  };
  const watcher = watchFolder(folder, soon);
  let fallback: Timer;
  const again = (): void => {
    fallback = clock.after(
      FOLLOW_EVERY_MS,
      () => {
        if (folderChangedMs(folder) !== seenMs) soon();
        again();
      },
      { background: true },
    );
  };
  again();
  return {
    pki,
    follow<T>(read: (pki: Pki) => T, known: T, apply: (value: T) => void) {
      let text = JSON.stringify(known);
      const follower = (): void => {
        const value = read(pki);
        const now = JSON.stringify(value);
        if (now === text) return;
        apply(value);
        text = now;
        log.info('changed certificates are in use');
      };
      followers.push(follower);
      // It may have changed between being read and being followed.
      soon();
    },
    onChange: (act) => void followers.push(act),
    close: () => {
      closed = true;
      watcher.close();
      settling?.cancel();
      fallback.cancel();
    },
  };
}
