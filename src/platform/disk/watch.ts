// Whether a folder has changed: told by the system, or seen by its time.
import fs from 'node:fs';

/** Calls `act` when something in a folder changes; may call it too often, and never when the system cannot watch. */
export function watchFolder(folder: string, act: () => void): { close(): void } {
  try {
    const watcher = fs.watch(folder, { persistent: false }, act);
    watcher.on('error', () => watcher.close());
    return { close: () => watcher.close() };
  } catch {
    return { close: () => undefined };
  }
}

/** When names in a folder last changed, milliseconds since 1970 by the file system; 0 when there is none. */
export function folderChangedMs(folder: string): number {
  return fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
