// Records core/v1 Events about objects: what happens again is counted on the event that is there, similar ones are folded
// into one, and a component that shouts about one object is cut off until its allowance comes back. Recording never fails
// the caller: an event that cannot be written is logged and dropped. Source: Kubernetes API, core/v1 Event.
import { messageOf } from '#base';
import { ApiError, type Client, type Resource, resourceOf } from '#client';
import type { Event, KubeObject, ObjectReference } from '#model/kube';
import { type Clock, rfc3339 } from '#platform/clock';
import type { Log } from '#platform/log';
import { type EventStreams, eventStreams, type StreamVerdict } from './event-streams.ts';
import { eventMessageMax, eventsPendingMax } from './limits.ts';

export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** CamelCase, for programs. */
  readonly reason: string;
  readonly message: string;
  /** A part of the object, e.g. `spec.containers{web}`. */
  readonly fieldPath?: string;
}

export interface EventRecorder {
  recordEvent(of: Resource, about: KubeObject, note: EventNote): void;
  /** Resolves when everything recorded so far is written or dropped. */
  flush(): Promise<void>;
}

export interface EventRecorderOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  /** source.component, e.g. "deployment-controller". */
  readonly component: string;
  readonly host?: string;
}

export function eventRecorder(options: EventRecorderOptions): EventRecorder {
  const streams = eventStreams();
  let pending = 0;
  // In order for each object, side by side for different ones.
  const tails = new Map<string, Promise<void>>();
  const recordEvent: EventRecorder['recordEvent'] = (of, about, note) => {
    if (pending >= eventsPendingMax) return;
    const involvedObject = referenceTo(of, about, note.fieldPath);
    const verdict = streams.observe(involvedObject.uid ?? '', note, options.clock.now());
    if (verdict.kind === 'dropped') return;
    pending += 1;
    const uid = involvedObject.uid ?? '';
    const tail: Promise<void> = (tails.get(uid) ?? Promise.resolve())
      .then(() => write(options, streams, { involvedObject, note, verdict }))
      .catch((thrown: unknown) =>
        options.log.debug('event not written', { reason: note.reason, error: messageOf(thrown) }),
      )
      .finally(() => {
        pending -= 1;
        if (tails.get(uid) === tail) tails.delete(uid);
      });
    tails.set(uid, tail);
  };
  return { recordEvent, flush: async () => void (await Promise.all(tails.values())) };
}

function referenceTo(of: Resource, about: KubeObject, fieldPath?: string): ObjectReference {
  const { name, namespace, uid, resourceVersion } = about.metadata ?? {};
  const apiVersion = of.group ? `${of.group}/${of.version}` : of.version;
  return {
    apiVersion,
    kind: of.kind,
    name,
    ...(namespace ? { namespace } : {}),
    uid,
    resourceVersion,
    ...(fieldPath ? { fieldPath } : {}),
  };
}

interface Recorded {
  readonly involvedObject: ObjectReference;
  readonly note: EventNote;
  readonly verdict: Exclude<StreamVerdict, { kind: 'dropped' }>;
}

async function write(options: EventRecorderOptions, streams: EventStreams, recorded: Recorded): Promise<void> {
  const { client, clock } = options;
  const events = resourceOf<Event>('', 'v1', 'events');
  const { verdict, involvedObject, note } = recorded;
  const namespace = involvedObject.namespace ?? 'default';
  const written = streams.nameOf(verdict.stream);
  const now = rfc3339(clock.now());
  const message = (verdict.kind === 'similar' ? `(combined from similar events): ${note.message}` : note.message).slice(
    0,
    eventMessageMax,
  );
  if (written) {
    try {
      const body = { count: verdict.count, lastTimestamp: now, message };
      await client.patch(events, { namespace, name: written }, { type: 'merge', body });
      return;
    } catch (thrown) {
      if (!(thrown instanceof ApiError && thrown.code === 404)) throw thrown;
    }
  }
  const name = `${involvedObject.name}.${streams.serial(clock.now())}`;
  const source = { component: options.component, ...(options.host ? { host: options.host } : {}) };
  await client.create(events, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject,
    reason: note.reason,
    message,
    type: note.type,
    source,
    reportingComponent: options.component,
    reportingInstance: options.host ?? '',
    firstTimestamp: now,
    lastTimestamp: now,
    count: written ? verdict.count : 1,
  });
  streams.wrote(verdict.stream, name);
}
