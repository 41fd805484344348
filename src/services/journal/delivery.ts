// What the link takes from the journals of all processes: the next batch, in order within each stream, streams in turn. Only what
// is on the disk is given out: a record that a power cut takes back must never have been told. How far a stream is, is the
// hub's word; the file of positions only remembers it.
import { systemCodeOf } from '#base';
import {
  JOURNAL_BATCH_BYTES_MAX,
  type JournalDelivery,
  type JournalPositions,
  LINK_PROTOCOL_VERSION,
} from '#model/link';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { planBatch, planTurns } from './delivery.plan.ts';
import { HeardPositions } from './heard-positions.ts';
import { READ_ATTEMPTS_MAX } from './limits.ts';
import { endOf, recordsAfter, type Stream, streamsIn } from './streams.ts';

export interface Delivery {
  /** Undefined when the hub has everything. What is not acknowledged comes again. */
  next(): Promise<JournalDelivery | undefined>;
  /** What the hub answered to a delivery. */
  acknowledged(stream: string, sequence: number): void;
  /** What a heartbeat's answer tells. */
  positions(told: JournalPositions): void;
  /** The hub refused a delivery (`Gap`) because it lacks what came before: it is asked how far it is by the first records. */
  gap(stream: string): void;
  close(): void;
}

export interface DeliveryOptions {
  /** Holds one folder a process. */
  readonly folder: string;
  readonly positionsFile: string;
  readonly clock: Clock;
  readonly log: Log;
}

export function openDelivery(options: DeliveryOptions): Delivery {
  const { folder } = options;
  const heard = new HeardPositions(options);
  /** The last number of each stream that was given out. */
  const given = new Map<string, number>();
  const turnOf = new Map<string, number>();
  /** Where a stream ended, and how far it was delivered, when there was nothing to deliver. */
  const emptyAt = new Map<string, string>();
  let turns = 0;

  const batchOf = async (stream: Stream): Promise<JournalDelivery | undefined> => {
    const { name } = stream;
    const after = heard.of(name);
    const state = `${after} ${endOf(stream)}`;
    if (heard.isOver(name) || emptyAt.get(name) === state) return undefined;
    const records = planBatch(await recordsAfter(stream, after, JOURNAL_BATCH_BYTES_MAX), after);
    const last = records.at(-1)?.sequence;
    if (last === undefined) {
      emptyAt.set(name, state);
      return undefined;
    }
    given.set(name, last);
    return { protocol: LINK_PROTOCOL_VERSION, stream: name, records };
  };
  const nextBatch = async (): Promise<JournalDelivery | undefined> => {
    for (const stream of planTurns(streamsIn(folder), turnOf)) {
      const delivery = await batchOf(stream);
      turnOf.set(stream.name, ++turns);
      if (delivery) return delivery;
    }
    return undefined;
  };
  const hear = (stream: Stream, hub: number): void => heard.heard(stream, hub, given.get(stream.name) ?? 0);

  return {
    async next() {
      for (let attempt = 1; ; attempt++) {
        try {
          return await nextBatch();
        } catch (error) {
          // A segment went, or became part of another, after the folder was listed.
          if (systemCodeOf(error) !== 'ENOENT' || attempt >= READ_ATTEMPTS_MAX) throw error;
        }
      }
    },
    acknowledged(name, sequence) {
      const stream = streamsIn(folder).find((one) => one.name === name);
      if (stream) hear(stream, sequence);
    },
    positions(told) {
      for (const stream of streamsIn(folder)) {
        // The hub tells the streams that it heard of last: one that is written now is among them, if it knows it at all.
        const hub = told[stream.name] ?? (stream.current ? 0 : undefined);
        if (hub !== undefined) hear(stream, hub);
      }
    },
    gap: (stream) => heard.place(stream, 0),
    close: () => heard.close(),
  };
}
