// Writes a watch to one client. An event is serialized once for all watchers that look at it in the same way: the store
// tells them one after the other, so remembering the last frame of each way is enough.
import type { HttpExchange } from '#platform/http';
import type { ServedResource } from '../objects/served-resource.ts';
import type { Accepted } from '../request/accept.ts';
import type { Call, Core, ObjectEntry } from '../verbs/call.ts';
import { objectWatch, type WatchCallOptions, type WatchEventType } from '../verbs/watch.ts';
import { BOOKMARK_EVERY_MS, WATCH_MS_DEFAULT, WATCH_PENDING_BYTES_MAX } from './limits.ts';
import { showEventObject } from './represent.ts';
import { statusOf } from './status.ts';

interface Frame {
  readonly entry: ObjectEntry;
  readonly type: WatchEventType;
  readonly bytes: Uint8Array;
}

export interface FrameMaker {
  frame(resource: ServedResource, type: WatchEventType, entry: ObjectEntry, shown: Shown): Uint8Array;
}

interface Shown {
  readonly accepted: Accepted;
  readonly query: URLSearchParams;
  /** The first event of a watch of tables brings the columns. */
  readonly first?: boolean;
}

const TAIL = Buffer.from('}\n');

export function makeFrameMaker(core: Core): FrameMaker {
  const last = new Map<string, Frame>();
  return {
    frame(resource, type, entry, { accepted, query, first = false }) {
      const way = `${resource.apiVersion}/${resource.facts.resource}/${accepted.shape}/${query.get('includeObject') ?? ''}/${first}`;
      const known = last.get(way);
      if (known && known.entry === entry && known.type === type) return known.bytes;
      const object = showEventObject(resource, entry, { accepted, query, first, nowMs: core.clock.now() });
      const head = Buffer.from(`{"type":"${type}","object":`);
      const bytes = Buffer.concat([head, typeof object === 'string' ? Buffer.from(object) : object, TAIL]);
      last.set(way, { entry, type, bytes });
      return bytes;
    },
  };
}

function bookmarkFrame(
  resource: ServedResource,
  revision: number,
  initialEnd: boolean,
  accepted: Accepted,
): Uint8Array {
  const metadata: Record<string, unknown> = { resourceVersion: String(revision), creationTimestamp: null };
  if (initialEnd) metadata.annotations = { 'k8s.io/initial-events-end': 'true' };
  const full = { kind: resource.facts.kind, apiVersion: resource.apiVersion, metadata };
  const object =
    accepted.shape === 'metadata'
      ? { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
      : accepted.shape === 'table'
        ? {
            kind: 'Table',
            apiVersion: 'meta.k8s.io/v1',
            metadata: { resourceVersion: String(revision) },
            columnDefinitions: null,
            rows: [{ cells: [], object: full }],
          }
        : full;
  return Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
}

/** Who serves a watch, and to whom. */
export interface WatchParts {
  readonly core: Core;
  readonly frames: FrameMaker;
  readonly exchange: HttpExchange;
}

/** Serves a watch until the client leaves, its time is over, or it reads too slowly. Errors: ApiError before it begins. */
export function serveWatch(
  { core, frames, exchange }: WatchParts,
  call: Call,
  options: WatchCallOptions & { readonly timeoutSeconds?: number },
  shown: Shown,
): void {
  // Events that come before the answer's head is out are kept: a refusal must still be able to be a refusal.
  const early: Uint8Array[] = [];
  let send = (piece: Uint8Array): void => void early.push(piece);
  let ended = false;
  let first = shown.accepted.shape === 'table';
  let end = (): void => {
    ended = true;
  };
  const { resource } = call;
  const watch = objectWatch(core, call, options, {
    event: (type, entry) => {
      send(frames.frame(resource, type, entry, { ...shown, first }));
      first = false;
    },
    bookmark: (revision, initialEnd) => send(bookmarkFrame(resource, revision, initialEnd, shown.accepted)),
    failed: (error) => {
      send(Buffer.from(`${JSON.stringify({ type: 'ERROR', object: statusOf(error) })}\n`));
      end();
    },
  });
  const stream = exchange.stream(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  send = (piece) => {
    stream.write(piece);
    if (stream.pendingBytes <= WATCH_PENDING_BYTES_MAX) return;
    core.log.warn('a watcher that reads too slowly is cut off', {
      resource: resource.facts.resource,
      user: call.user.name,
    });
    close();
    stream.destroy();
  };
  end = () => {
    close();
    stream.end();
  };
  const lifeMs = options.timeoutSeconds ? options.timeoutSeconds * 1000 : WATCH_MS_DEFAULT * (1 + Math.random());
  const life = core.clock.after(lifeMs, () => end(), { background: true });
  let bookmark = options.allowWatchBookmarks
    ? core.clock.after(BOOKMARK_EVERY_MS, tick, { background: true })
    : undefined;
  function tick(): void {
    send(bookmarkFrame(resource, watch.revision(), false, shown.accepted));
    bookmark = core.clock.after(BOOKMARK_EVERY_MS, tick, { background: true });
  }
  function close(): void {
    life.cancel();
    bookmark?.cancel();
    watch.close();
  }
  stream.onClose(close);
  for (const piece of early) send(piece);
  if (ended) end();
}
