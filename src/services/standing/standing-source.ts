// The connectivity file as something to watch: read when it changes, and told as of now whenever somebody asks. Whatever cannot be
// believed stands for the strictest pair, as everywhere.
import type { ObjectCache } from '#client';
import {
  type ConnectivityFacts,
  type ConnectivitySettings,
  connectivityFacts,
  connectivityParse,
  connectivityStart,
} from '#engine/connectivity';
import type { KubeObject } from '#model/kube';
import { type Clock, rfc3339 } from '#platform/clock';
import { readTextIfPresent, watchFolder } from '#platform/disk';

export interface Shown extends ConnectivityFacts {
  /** The file cannot be believed. */
  readonly isDamaged: boolean;
}

export interface StandingSource {
  shown(): Shown;
  /** For controllers: one object, which changes when the file does. */
  readonly cache: ObjectCache<KubeObject>;
  close(): void;
}

export interface SourceOptions {
  /** What the file and the settings stand in. */
  readonly folders: readonly string[];
  readonly file: string;
  /** When the site was made, RFC 3339. */
  readonly createdAt: string;
  readonly clock: Clock;
  settings?(): ConnectivitySettings;
}

export function standingSource({ folders, file, createdAt, clock, settings }: SourceOptions): StandingSource {
  const listeners = new Set<() => void>();
  const watching = folders.map((folder) =>
    watchFolder(folder, () => {
      for (const act of listeners) act();
    }),
  );
  const object: KubeObject = { metadata: { name: 'connectivity' } };
  const shown = (): Shown => {
    const now = clock.now();
    try {
      const text = readTextIfPresent(file);
      const state = text === undefined ? connectivityStart(Date.parse(createdAt)) : connectivityParse(text);
      return { ...connectivityFacts(state, now, settings?.()), isDamaged: false };
    } catch {
      const since = rfc3339(now);
      return { mode: 'Disconnected', plane: 'hub', since, lastContact: null, graceDaysLeft: 0, isDamaged: true };
    }
  };
  return {
    shown,
    close: () => {
      for (const one of watching) one.close();
    },
    cache: {
      synced: Promise.resolve(),
      isSynced: true,
      get: () => object,
      list: () => [object],
      onChange: (listener) => {
        const act = (): void => listener({ type: 'modified', object });
        listeners.add(act);
        return { close: () => void listeners.delete(act) };
      },
      close: () => listeners.clear(),
    },
  };
}
