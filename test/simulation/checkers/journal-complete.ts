// At the end the hub has every number of every journal, once and in order: as the record itself, or told of as gone. What may go is what
// the product says: telemetry and events for room, usage only into sums, audit never; and what the hub has had already, when it was
// restored from a backup and asks again for what is not here any more. The sums of usage are the same.
import { coveredFrom, type JournalRecord } from '#model/link';
import { STREAMS } from '../journal.ts';
import type { Life } from '../run.ts';
import type { Checker } from './checkers.ts';

interface Written {
  readonly kinds: string[];
  readonly usageSeconds: number[];
}

export function journalComplete({ site, hub }: Life): Checker {
  const written = new Map<string, Written>(STREAMS.map((name) => [name, { kinds: [], usageSeconds: [] }]));
  /** Numbers that the hub ever had in full. */
  const had = new Map<string, Set<number>>(STREAMS.map((name) => [name, new Set()]));

  /** What is wrong with one record of kind `dropped`; `lost` is told which numbers are gone without a sum. */
  const droppedProblem = (
    record: JournalRecord,
    name: string,
    lost: (sequence: number) => void,
  ): string | undefined => {
    const kinds = written.get(name)?.kinds ?? [];
    const reasons = (record.body.reasons as string[] | undefined) ?? [];
    const strange = reasons.find((reason) => !['room', 'merged', 'gone'].includes(reason));
    if (strange) return `it says of ${record.sequence} that it is ${strange}`;
    for (let sequence = coveredFrom(record); sequence <= record.sequence; sequence++) {
      const kind = kinds[sequence - 1];
      if (reasons.includes('gone') && had.get(name)?.has(sequence)) lost(sequence);
      else if (kind === 'audit') return `the audit record ${sequence} was dropped`;
      else if (kind === 'usage' && !reasons.includes('merged')) return `the usage record ${sequence} was dropped`;
    }
    return undefined;
  };

  const streamProblem = (name: string): string | undefined => {
    const { kinds, usageSeconds } = written.get(name) ?? { kinds: [], usageSeconds: [] };
    let last = 0;
    let seconds = 0;
    let lostSeconds = 0;
    for (const record of hub.journal(name).records) {
      if (coveredFrom(record) !== last + 1) return `record ${record.sequence} stands where ${last + 1} belongs`;
      last = record.sequence;
      if (record.kind === 'dropped') {
        const problem = droppedProblem(record, name, (gone) => {
          lostSeconds += usageSeconds[gone - 1] ?? 0;
        });
        if (problem) return problem;
      } else if (record.kind !== kinds[last - 1]) return `record ${last} is ${record.kind}, and was ${kinds[last - 1]}`;
      if (record.kind === 'usage') seconds += Number(record.body.seconds);
    }
    if (last !== kinds.length) return `the hub has ${last} of ${kinds.length} records`;
    const all = usageSeconds.reduce((sum, one) => sum + one, 0);
    // What was merged into a sum that is gone itself went with it.
    return seconds > all || seconds < all - lostSeconds * 24
      ? `usage of ${seconds} s at the hub, ${all} s here`
      : undefined;
  };

  return {
    name: 'journal-complete',
    saw(observation) {
      if (observation.kind === 'recorded') {
        const { stream, sequence, record, value } = observation;
        const { kinds, usageSeconds } = written.get(stream) ?? { kinds: [], usageSeconds: [] };
        kinds[sequence - 1] = record;
        usageSeconds[sequence - 1] = record === 'usage' ? value : 0;
      }
      if (observation.kind === 'kept')
        for (const { sequence, kind } of observation.records)
          if (kind !== 'dropped') had.get(observation.stream)?.add(sequence);
      return undefined;
    },
    end() {
      if (!site.identity) return undefined;
      for (const name of STREAMS) {
        const problem = streamProblem(name);
        if (problem) return `${name}: ${problem}`;
      }
      return undefined;
    },
  };
}
