// The form of the lines to and from a watchdog: JSON with its keys in this very order, for the other end reads it by patterns.
import { WorldError } from '#base';
import type { WatchdogOrder, WatchdogState, WatchdogTargets } from './contract.ts';

export function orderLine(seq: number, order: WatchdogOrder): string {
  if (order.do !== 'arm') return lineOf({ do: order.do, seq });
  const { until, id } = order;
  // Rounded down: never later than was said.
  const end = until === 'unbounded' ? { unbounded: true } : { untilMs: Math.max(0, Math.floor(until)) };
  return lineOf({ do: 'arm', seq, ...end, id });
}

export const stateLine = (seq: number): string => lineOf({ do: 'state', seq });

export const targetsLine = (seq: number, { volumes, groups, mountsBelow, links }: WatchdogTargets): string =>
  lineOf({ do: 'targets', seq, volumes, groups, mountsBelow, links });

const lineOf = (message: unknown): string => `${JSON.stringify(message)}\n`;

export interface Answer extends Partial<WatchdogState> {
  readonly seq: number;
  readonly error?: string;
}

export function parseAnswer(line: string): Answer {
  try {
    return JSON.parse(line) as Answer;
  } catch (cause) {
    throw new WorldError('Invalid', 'a watchdog answers what is no JSON', { subject: line.slice(0, 200), cause });
  }
}

/** Errors: WorldError `Invalid` when it is not an answer to the question for the state. */
export function stateOf({ seq: _seq, ...answer }: Answer): WatchdogState {
  const { state, fired, clean, realTime } = answer;
  if (state === undefined || fired === undefined || clean === undefined || realTime === undefined)
    throw new WorldError('Invalid', answer.error ?? 'a watchdog does not say how it is');
  return { ...answer, state, fired, clean, realTime };
}
