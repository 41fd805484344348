// At the end the hub has every record that was on the site's disk, once and in order, and the sums of usage are the same.
import type { JournalRecord } from '#model/link';
import type { Life } from '../run.ts';
import type { Checker } from './checkers.ts';

const usage = (records: readonly (JournalRecord | undefined)[]): number =>
  records.reduce((sum, record) => sum + (record?.kind === 'usage' ? Number(record.body.value) : 0), 0);

export function journalComplete({ site, hub, journal }: Life): Checker {
  let everUsageMs = 0;
  let countedTo = 0;
  return {
    name: 'journal-complete',
    saw(observation) {
      if (observation.kind !== 'step') return undefined;
      // What is removed later is counted now.
      everUsageMs += usage(journal.kept.slice(countedTo));
      countedTo = journal.kept.length;
      return undefined;
    },
    end() {
      if (!site.identity) return undefined;
      const { records } = hub;
      for (const [i, { sequence, kind }] of records.entries()) {
        if (kind === 'dropped') return `the hub was told that records up to ${sequence} are gone`;
        if (sequence !== i + 1) return `record ${sequence} stands at the hub where ${i + 1} belongs`;
      }
      if (records.length !== journal.kept.length)
        return `the hub has ${records.length} of ${journal.kept.length} records`;
      return usage(records) === everUsageMs ? undefined : 'the sums of usage differ';
    },
  };
}
