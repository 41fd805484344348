// A full disk: how it is recognised, and how everybody is told of it.
import { systemCodeOf, WorldError } from './errors.ts';

/** Whether a file system said that it, or a quota on it, has no room. */
export function isDiskFull(error: unknown): boolean {
  const code = systemCodeOf(error);
  return code === 'ENOSPC' || code === 'EDQUOT' || (error instanceof WorldError && error.code === 'Exhausted');
}

/** A full disk as everybody is told of it. */
export function diskFullError(file: string, cause: unknown): WorldError {
  return new WorldError('Exhausted', `the disk is full: cannot write ${file}`, {
    attempted: 'write',
    subject: file,
    cure: 'make room on the disk; nothing that was there is lost',
    cause,
  });
}
