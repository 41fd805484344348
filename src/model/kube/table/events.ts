// The table of events, the same for both of their APIs.
import type { Event, EventsV1Event } from '../generated/kinds.ts';
import { columnsFor, type KindTable } from './column.ts';
import { sinceText } from './duration.ts';

/** An event of events.k8s.io under the names of the core API. */
function coreEvent(event: Event | EventsV1Event): Event {
  if (!('regarding' in event || 'note' in event || 'reportingController' in event)) return event as Event;
  return {
    ...(event as Event),
    involvedObject: event.regarding ?? {},
    metadata: event.metadata ?? {},
    ...(event.note === undefined ? {} : { message: event.note }),
    ...(event.deprecatedSource ? { source: event.deprecatedSource } : {}),
    ...(event.deprecatedCount === undefined ? {} : { count: event.deprecatedCount }),
    ...(event.deprecatedFirstTimestamp ? { firstTimestamp: event.deprecatedFirstTimestamp } : {}),
    ...(event.deprecatedLastTimestamp ? { lastTimestamp: event.deprecatedLastTimestamp } : {}),
    ...(event.reportingController ? { reportingComponent: event.reportingController } : {}),
  };
}

function targetOf({ involvedObject = {} }: Event): string {
  const kind = (involvedObject.kind ?? '').toLowerCase();
  return involvedObject.name ? `${kind}/${involvedObject.name}` : kind;
}

function sourceOf({ source, reportingComponent, reportingInstance }: Event): string {
  const instance = source?.host || reportingInstance;
  const component = source?.component || reportingComponent || '';
  return instance ? `${component}, ${instance}` : component;
}

const firstSeen = (event: Event): string | undefined => event.firstTimestamp || event.eventTime;
const lastSeen = (event: Event): string | undefined =>
  event.series ? event.series.lastObservedTime : event.lastTimestamp || firstSeen(event);

function eventTable(): KindTable<Event | EventsV1Event, Event> {
  const c = columnsFor<Event | EventsV1Event, Event>();
  return {
    summary: coreEvent,
    columns: [
      c.text('Last Seen', (_o, now, event) => sinceText(lastSeen(event), now)),
      c.text('Type', (_o, _now, event) => event.type),
      c.text('Reason', (_o, _now, event) => event.reason),
      c.text('Object', (_o, _now, event) => targetOf(event)),
      c.wide('Subobject', (_o, _now, event) => event.involvedObject?.fieldPath),
      c.wide('Source', (_o, _now, event) => sourceOf(event)),
      c.text('Message', (_o, _now, event) => (event.message ?? '').trim()),
      c.wide('First Seen', (_o, now, event) => sinceText(firstSeen(event), now)),
      c.wide('Count', (_o, _now, event) => (event.series ? (event.series.count ?? 0) : event.count || 1)),
      { ...c.name(), priority: 1 },
    ],
  };
}

/** Tables by group/resource. */
export const eventTables = {
  '/events': eventTable,
  'events.k8s.io/events': eventTable,
};
