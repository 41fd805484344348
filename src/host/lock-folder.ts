// One command at a time is at work on a data folder.
import { diskFullError, isDiskFull, WorldError } from '#base';
import type { SiteFolders } from '#model/site';
import { tryLock } from '#platform/process';

/** Takes the lock of a site, or of a hub. Errors: WorldError `Conflict` while another command holds it, `Denied`. */
export function lockFolder(folders: Pick<SiteFolders, 'data' | 'lockFile'>): { release(): void } {
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
