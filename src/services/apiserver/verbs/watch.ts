// Watch: the events of a collection from a revision on, as the selection sees them. An object that enters the selection is
// ADDED for the watcher, one that leaves it is DELETED, whatever the store calls it.
// Source: Kubernetes API concepts, "Efficient detection of changes", "Streaming lists", "Watch bookmarks".
import type { ApiError } from '#client';
import type { StoreEvent } from '#store';
import { requestError } from '../answer/errors.ts';
import { withRevision } from '../objects/encode.ts';
import { ObjectIndex, parseObject } from '../objects/object-index.ts';
import { keyOf, listPrefixOf } from '../objects/served-resource.ts';
import type { Call, Core, ObjectEntry } from './call.ts';
import { revisionOf } from './read.ts';
import { selectionOf } from './selection.ts';

export interface WatchCallOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface WatchReceiver {
  event(type: WatchEventType, entry: ObjectEntry): void;
  /** Everything up to `revision` was delivered; `initialEnd` closes the initial events of a streaming list. */
  bookmark(revision: number, initialEnd: boolean): void;
  /** The last call: the stream cannot go on. */
  failed(error: ApiError): void;
}

export interface OpenWatch {
  /** Newest revision that the watcher has seen, or needs not see. */
  revision(): number;
  close(): void;
}

type Matches = ((index: ObjectIndex) => boolean) | undefined;

/** The part of the store that a watcher looks at. */
interface View {
  readonly prefix: string;
  readonly matches: Matches;
}

/** What an event of the store is for a watcher that selects; undefined when nothing. */
export function transition(
  event: StoreEvent<ObjectIndex>,
  matches: Matches,
): { readonly type: WatchEventType; readonly entry: ObjectEntry } | undefined {
  if (!matches) {
    const type = event.type === 'added' ? 'ADDED' : event.type === 'modified' ? 'MODIFIED' : 'DELETED';
    return { type, entry: event.entry };
  }
  const was = event.previous !== undefined && matches(event.previous.index);
  if (event.type === 'deleted') return was ? { type: 'DELETED', entry: event.entry } : undefined;
  const is = matches(event.entry.index);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', entry: event.entry };
  return was && event.previous ? { type: 'DELETED', entry: leaving(event.previous, event.entry.revision) } : undefined;
}

/** An object that leaves a selection is shown as it last was in it, with the revision of the change. */
function leaving(previous: ObjectEntry, revision: number): ObjectEntry {
  const bytes = withRevision(previous.bytes, revision);
  return { key: previous.key, revision, bytes, index: new ObjectIndex(previous.key, parseObject(bytes), true) };
}

function checkOptions(options: WatchCallOptions): void {
  if (options.sendInitialEvents !== undefined && options.resourceVersionMatch !== 'NotOlderThan')
    throw requestError.badRequest(
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  if (options.sendInitialEvents === undefined && options.resourceVersionMatch)
    throw requestError.badRequest(
      'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
}

function tooOld(wanted: number, oldest: number): ApiError {
  return requestError.expired(`too old resource version: ${wanted} (${oldest})`);
}

/** Begins a watch; initial events are delivered before this returns. Errors: ApiError 400 for bad options. */
export function objectWatch(core: Core, call: Call, options: WatchCallOptions, receiver: WatchReceiver): OpenWatch {
  checkOptions(options);
  const selection = selectionOf(call.resource, options);
  const single = selection.name !== undefined && (call.namespace !== '' || !call.resource.facts.namespaced);
  const prefix = single
    ? keyOf(call.resource, call.namespace, selection.name as string)
    : listPrefixOf(call.resource, call.namespace);
  const view: View = { prefix, matches: selection.matches };
  const asked = revisionOf(options.resourceVersion);
  const initial = options.sendInitialEvents ?? (asked === undefined || asked === 0);
  let seen = asked ?? 0;
  if (initial) {
    seen = sendInitial(core, view, receiver);
    if (options.sendInitialEvents && options.allowWatchBookmarks) receiver.bookmark(seen, true);
  } else if (seen === 0) seen = core.store.revision;
  return follow(core, view, seen, receiver);
}

function sendInitial(core: Core, { prefix, matches }: View, receiver: WatchReceiver): number {
  const listed = core.store.list({ prefix });
  if (listed.kind !== 'listed') throw requestError.internal('the newest state cannot be listed');
  for (const entry of listed.entries) if (!matches || matches(entry.index)) receiver.event('ADDED', entry);
  return listed.revision;
}

function follow(core: Core, { prefix, matches }: View, after: number, receiver: WatchReceiver): OpenWatch {
  let open = true;
  let seen = after;
  const watching = core.store.watch(
    { prefix, after },
    {
      event(event) {
        if (!open) return;
        seen = event.entry.revision;
        const shown = transition(event, matches);
        if (shown) receiver.event(shown.type, shown.entry);
      },
      lost() {
        if (!open) return;
        open = false;
        receiver.failed(tooOld(seen, core.store.oldest));
      },
    },
  );
  if (watching.kind === 'expired') {
    open = false;
    receiver.failed(tooOld(after, watching.oldest));
    return { revision: () => seen, close: () => undefined };
  }
  return {
    revision: () => Math.max(seen, core.store.revision),
    close() {
      open = false;
      watching.close();
    },
  };
}
