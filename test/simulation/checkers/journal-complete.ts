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
  /** Streams of which a hub that was restored asked for what was not here any more. */
  const isForgotten = new Set<string>();
  /** Numbers that the hub ever had, in full or told of. */
  const had = new Map<string, Set<number>>(STREAMS.map((name) => [name, new Set()]));

  /** What is wrong with a record of kind `dropped` that the hub takes in. */
  const droppedProblem = (record: JournalRecord, name: string): string | undefined => {
    const { kinds } = written.get(name) ?? { kinds: [] };
    const reasons = (record.body.reasons as string[] | undefined) ?? [];
    const strange = reasons.find((reason) => !['room', 'merged', 'gone'].includes(reason));
    if (strange) return `it says of ${record.sequence} that it is ${strange}`;
    for (let sequence = coveredFrom(record); sequence <= record.sequence; sequence++) {
      const kind = kinds[sequence - 1];
      if (reasons.includes('gone') && had.get(name)?.has(sequence)) isForgotten.add(name);
      else if (kind === 'audit') return `the audit record ${sequence} was dropped`;
      else if (kind === 'usage' && !reasons.includes('merged')) return `the usage record ${sequence} was dropped`;
    }
    return undefined;
  };

  /** Takes note of what the hub has now, in full or told of. */
  const taken = (name: string, records: readonly JournalRecord[]): string | undefined => {
    for (const record of records) {
      const problem = record.kind === 'dropped' ? droppedProblem(record, name) : undefined;
      if (problem) return `${name}: ${problem}`;
      for (let sequence = coveredFrom(record); sequence <= record.sequence; sequence++) had.get(name)?.add(sequence);
    }
    return undefined;
  };

  const streamProblem = (name: string): string | undefined => {
    const { kinds, usageSeconds } = written.get(name) ?? { kinds: [], usageSeconds: [] };
    let last = 0;
    let seconds = 0;
    for (const record of hub.journal(name).records) {
      if (coveredFrom(record) !== last + 1) return `record ${record.sequence} stands where ${last + 1} belongs`;
      last = record.sequence;
      if (record.kind === 'usage') seconds += Number(record.body.seconds);
      const isItself = record.kind === 'dropped' || record.kind === kinds[last - 1];
      if (!isItself) return `record ${last} is ${record.kind}, and was ${kinds[last - 1]}`;
    }
    if (last !== kinds.length) return `the hub has ${last} of ${kinds.length} records`;
    const all = usageSeconds.reduce((sum, one) => sum + one, 0);
    const isRight = isForgotten.has(name) ? seconds <= all : seconds === all;
    return isRight ? undefined : `usage of ${seconds} s at the hub, ${all} s here`;
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
      return observation.kind === 'kept' ? taken(observation.stream, observation.records) : undefined;
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
