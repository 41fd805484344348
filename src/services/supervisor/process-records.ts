// Which processes run, on disk, so that a supervisor that starts again adopts them instead of starting them twice.
// A full disk ends nobody: what it does not take is written as soon as there is room.
import { isDiskFull } from '#base';
import type { Clock, Timer } from '#platform/clock';
import { readJsonIfPresent, writeFileAtomic } from '#platform/disk';
import type { Log } from '#platform/log';
import type { ProcessIdentity } from '#platform/process';
import { RECORDS_RETRY_MS } from './limits.ts';

export interface ProcessRecord {
  readonly identity: ProcessIdentity;
  readonly startedAtMs: number;
  readonly restarts: number;
}

export interface ProcessRecords {
  get(name: string): ProcessRecord | undefined;
  set(name: string, record: ProcessRecord): void;
  remove(name: string): void;
}

export function openProcessRecords(options: { file: string; clock: Clock; log: Log }): ProcessRecords {
  const { file, clock, log } = options;
  const records = new Map(Object.entries(readJsonIfPresent<Record<string, ProcessRecord>>(file) ?? {}));
  let retry: Timer | undefined;
  const save = (): void => {
    retry?.cancel();
    retry = undefined;
    try {
      writeFileAtomic(file, JSON.stringify(Object.fromEntries(records), null, 1));
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      log.warn('the processes that run are not written down yet', { error });
      retry = clock.after(RECORDS_RETRY_MS, save, { background: true });
    }
  };
  return {
    get: (name) => records.get(name),
    set: (name, record) => {
      records.set(name, record);
      save();
    },
    remove: (name) => {
      if (records.delete(name)) save();
    },
  };
}
