// Which processes run, on disk, so that a supervisor that starts again adopts them instead of starting them twice.
import { readJsonIfPresent, writeFileAtomic } from '#platform/disk';
import type { ProcessIdentity } from '#platform/process';

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

export function openProcessRecords(file: string): ProcessRecords {
  const records = new Map(Object.entries(readJsonIfPresent<Record<string, ProcessRecord>>(file) ?? {}));
  const save = (): void => writeFileAtomic(file, JSON.stringify(Object.fromEntries(records), null, 1));
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
