// Cuts the stream of a watch into its events, one JSON text a line.
import { WorldError } from '#base';
import { EVENT_BYTES_MAX } from './limits.ts';

export interface RawEvent {
  readonly type: string;
  readonly object: unknown;
}

const NEWLINE = 0x0a;

/** Feeds pieces in, calls `event` for each whole line. Errors: WorldError `Corrupt` for what is no event. */
export function eventLines(event: (event: RawEvent) => void): (piece: Buffer) => void {
  let kept: Buffer[] = [];
  let keptBytes = 0;
  const whole = (line: Buffer): void => {
    if (line.length === 0) return;
    let parsed: RawEvent;
    try {
      parsed = JSON.parse(line.toString('utf8')) as RawEvent;
    } catch (cause) {
      throw new WorldError('Corrupt', 'a watch brought a line that is no event', { attempted: 'watch', cause });
    }
    event(parsed);
  };
  return (piece) => {
    let start = 0;
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, start)) {
      const line = piece.subarray(start, at);
      whole(keptBytes === 0 ? line : Buffer.concat([...kept, line]));
      kept = [];
      keptBytes = 0;
      start = at + 1;
    }
    if (start === piece.length) return;
    kept.push(piece.subarray(start));
    keptBytes += piece.length - start;
    if (keptBytes > EVENT_BYTES_MAX) throw new WorldError('Invalid', 'an event of a watch is too large');
  };
}
