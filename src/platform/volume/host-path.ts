// Checks and makes what a hostPath volume names. Source: Kubernetes, "Volumes", hostPath types.
import fs from 'node:fs';
import path from 'node:path';
import { WorldError } from '#base';

/** Errors: WorldError `Invalid` with the reason that the pod's event shows. */
export function prepareHostPath(target: string, type: string): void {
  const kindOf = (): fs.Stats | undefined => fs.statSync(target, { throwIfNoEntry: false });
  if (type === 'DirectoryOrCreate' && !kindOf()) fs.mkdirSync(target, { recursive: true, mode: 0o755 });
  if (type === 'FileOrCreate' && !kindOf()) {
    if (!fs.existsSync(path.dirname(target))) throw refused(target, type, 'its folder does not exist');
    fs.closeSync(fs.openSync(target, 'a', 0o644));
  }
  const found = kindOf();
  const checks: Readonly<Record<string, boolean>> = {
    '': true,
    Directory: found?.isDirectory() ?? false,
    DirectoryOrCreate: found?.isDirectory() ?? false,
    File: found?.isFile() ?? false,
    FileOrCreate: found?.isFile() ?? false,
    Socket: found?.isSocket() ?? false,
    CharDevice: found?.isCharacterDevice() ?? false,
    BlockDevice: found?.isBlockDevice() ?? false,
  };
  if (!checks[type]) throw refused(target, type, found ? 'it is something else' : 'it does not exist');
}

function refused(target: string, type: string, why: string): WorldError {
  return new WorldError('Invalid', `hostPath type check failed: ${target} is not a ${type}: ${why}`, {
    subject: target,
  });
}
