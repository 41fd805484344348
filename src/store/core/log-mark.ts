// What stands in a log about the log itself, so that after a move each says by itself whether it is the store:
//
//   (none) or live -- a move out of it --> moved          the one moment that decides: with this mark the other log is the store
//   (none) or moved -- a move into it --> filling -- all of it is there, and the other is `moved` --> live
//
// A log that is `moved` never takes a write again; one that is `filling` is not the store unless the other says so.
import { WorldError } from '#base';

interface OfMove {
  /** Names one move; the same in both logs. */
  readonly move: string;
  /** How often the store has moved, of the log that the mark stands in. A log that never did has 1. */
  readonly generation: number;
}

export type LogMark =
  | ({ readonly kind: 'filling' | 'live' } & OfMove)
  /** `to`: where it is now, for people. */
  | ({ readonly kind: 'moved'; readonly to: string } & OfMove);

export interface LogMarking {
  read(): Promise<LogMark | undefined>;
  /** Durable when it resolves. By whoever claimed the log; errors as those of `append`. */
  write(mark: LogMark): Promise<void>;
  /** Empties the log; the mark stays. */
  clear(): Promise<void>;
}

export const encodeMark = (mark: LogMark): string => JSON.stringify(mark);

/** WorldError `Corrupt`: it is none of ours. */
export function decodeMark(text: string): LogMark {
  let mark: Partial<LogMark> = {};
  try {
    mark = JSON.parse(text);
  } catch {
    // Falls through: what is no JSON is no mark.
  }
  const { kind, move, generation } = mark;
  if ((kind === 'filling' || kind === 'live' || kind === 'moved') && typeof move === 'string' && Number(generation) > 0)
    return mark as LogMark;
  throw new WorldError('Corrupt', 'the mark in the log is not one of ours', {
    attempted: 'read the log',
    cure: 'restore the last backup (holdfast cluster restore FILE)',
  });
}

/** Why a log with this mark is not the store. WorldError `Conflict`. */
export function notTheStore(mark: LogMark, place: string): WorldError {
  const { generation } = mark;
  const message =
    mark.kind === 'moved'
      ? `the store has left ${place} for ${mark.to} (generation ${generation + 1}); what is here is its past, and takes no write`
      : `${place} is a copy of the store that was never finished (generation ${generation}); the store is where it was before`;
  const cure =
    mark.kind === 'moved'
      ? `open it at ${mark.to}: start the site with holdfast up, which finds it`
      : 'open it where it was before: start the site with holdfast up, which finds it; the next move replaces this copy';
  return new WorldError('Conflict', message, { attempted: 'open the store', subject: place, cure });
}
