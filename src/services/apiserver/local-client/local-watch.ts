// A watch inside this process. Like a stream over HTTP it begins only after the caller has its handle.
import { ApiError, type WatchHandle, type WatchOptions } from '#client';
import type { Call, Core, ObjectEntry } from '../verbs/call.ts';
import { type OpenWatch, objectWatch, type WatchEventType } from '../verbs/watch.ts';

export function localWatch(
  core: Core,
  call: Call,
  options: WatchOptions,
  tell: (type: WatchEventType, entry: ObjectEntry) => void,
): WatchHandle {
  let watch: OpenWatch | undefined;
  let ended = false;
  const end = (error?: ApiError): void => {
    if (ended) return;
    ended = true;
    watch?.close();
    options.onEnd(error);
  };
  queueMicrotask(() => {
    if (ended) return;
    try {
      watch = objectWatch(core, call, options, {
        event: (type, entry) => {
          if (!ended) tell(type, entry);
        },
        bookmark: () => undefined,
        failed: end,
      });
      if (ended) watch.close();
    } catch (error) {
      end(error instanceof ApiError ? error : new ApiError(500, 'InternalError', String(error)));
    }
  });
  return {
    close: () => {
      ended = true;
      watch?.close();
    },
  };
}
