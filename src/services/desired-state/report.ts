// What the hub is told of a pass: everything that is not simply as it wants it, the gravest first.
import { type DesiredReport, LINK_PROTOCOL_VERSION, type ReportedObject } from '#model/link';
import { REPORTED_MESSAGE_MAX, REPORTED_OBJECTS_MAX } from './limits.ts';

const GRAVEST_FIRST: readonly ReportedObject['state'][] = [
  'failed',
  'differs',
  'drifted',
  'kept-local',
  'pruned',
  'applied',
];

const cut = (text: string): string =>
  text.length <= REPORTED_MESSAGE_MAX ? text : `${text.slice(0, REPORTED_MESSAGE_MAX - 1)}…`;

/** `all`: every object, those that are simply applied too. */
export function reportOf(revision: number, all: readonly ReportedObject[], isComplete: boolean): DesiredReport {
  const counts: Record<string, number> = {};
  for (const { state } of all) counts[state] = (counts[state] ?? 0) + 1;
  const told = all
    .filter(({ state, message }) => state !== 'applied' || message !== undefined)
    .sort((a, b) => GRAVEST_FIRST.indexOf(a.state) - GRAVEST_FIRST.indexOf(b.state));
  const objects = told
    .slice(0, REPORTED_OBJECTS_MAX)
    .map(({ object, state, message }) => ({ object, state, ...(message !== undefined && { message: cut(message) }) }));
  return {
    protocol: LINK_PROTOCOL_VERSION,
    revision,
    complete: isComplete,
    objects,
    more: told.length - objects.length,
    counts,
  };
}
