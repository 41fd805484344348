// One command at a time for each hub.
import { diskFullError, isDiskFull, WorldError } from '#base';
import type { HubFolders } from '#model/hub';
import { tryLock } from '#platform/process';

/** Takes the hub's lock for one command. Errors: WorldError `Conflict`, `Denied`, `Exhausted`. */
export function lockHub(folders: HubFolders): { release(): void } {
  try {
    const lock = tryLock(folders.lockFile);
    if (lock.kind === 'held') return lock;
    throw new WorldError('Conflict', `another command is at work on ${folders.data} (process ${lock.holder.pid})`, {
      cure: 'wait until it has ended',
    });
  } catch (cause) {
    if (cause instanceof WorldError) throw cause;
    if (isDiskFull(cause)) throw diskFullError(folders.lockFile, cause);
    throw new WorldError('Denied', `cannot write to ${folders.data}`, {
      cure: 'run this as root, or choose another folder with --data DIR',
      cause,
    });
  }
}
