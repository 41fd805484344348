// Reads what a site says became of its desired state.
import { type DesiredReport, LINK_PROTOCOL_VERSION, type ReportedObject } from '#model/link';
import { REPORTED_MESSAGE_MAX, REPORTED_OBJECTS_MAX } from '../limits.ts';
import { choiceField, countField, type Fields, listField, objectField, textField } from '../message.ts';
import { LinkRefused } from '../refusal.ts';

const STATES = ['applied', 'drifted', 'differs', 'failed', 'pruned', 'kept-local'] as const;

function reportedIn(value: unknown): ReportedObject {
  const fields = objectField({ object: value }, 'object');
  const message =
    fields.message === undefined || fields.message === ''
      ? undefined
      : textField(fields, 'message', REPORTED_MESSAGE_MAX);
  return { object: textField(fields, 'object', 700), state: choiceField(fields, 'state', STATES), message };
}

/** Errors: LinkRefused `Invalid`. */
export function reportIn(fields: Fields): DesiredReport {
  const objects = listField(fields, 'objects');
  if (objects.length > REPORTED_OBJECTS_MAX)
    throw new LinkRefused('Invalid', `a report names at most ${REPORTED_OBJECTS_MAX} objects`);
  const counts = objectField(fields, 'counts');
  if (Object.keys(counts).length > 20 || Object.values(counts).some((count) => !Number.isSafeInteger(count)))
    throw new LinkRefused('Invalid', 'counts must be at most 20 whole numbers by name');
  return {
    protocol: LINK_PROTOCOL_VERSION,
    revision: countField(fields, 'revision'),
    complete: fields.complete === true,
    objects: objects.map(reportedIn),
    more: countField(fields, 'more'),
    counts: counts as Record<string, number>,
  };
}
