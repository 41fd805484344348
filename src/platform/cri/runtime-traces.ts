// What containerd's shims and runc keep outside of the folders that containerd was given: a socket a shim below /run/containerd/s,
// a folder a container below /run/containerd/runc. Killed, they leave them; the bundles in containerd's state tell which are its.
// Source: containerd 1.6, runtime/v2 (file `address` of a bundle) and runc options (`Root`).
import fs from 'node:fs';
import path from 'node:path';

const TASKS = 'io.containerd.runtime.v2.task';
/** A state folder stands at most so deep below the folder that is looked through. */
const STATE_DEPTH_MAX = 3;
const SHIM_SOCKETS = '/run/containerd/s';
const RUNC_STATE = '/run/containerd/runc';

const foldersIn = (folder: string): string[] =>
  fs.existsSync(folder)
    ? fs
        .readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => path.join(folder, entry.name))
    : [];

function taskFolders(folder: string, depth: number): string[] {
  const below = foldersIn(folder);
  const found = below.filter((one) => path.basename(one) === TASKS);
  return depth === 0 ? found : [...found, ...below.flatMap((one) => taskFolders(one, depth - 1))];
}

function shimSocketOf(bundle: string): string | undefined {
  const file = path.join(bundle, 'address');
  const address = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : '';
  const socket = address.replace(/^unix:\/\//, '');
  return path.dirname(socket) === SHIM_SOCKETS ? socket : undefined;
}

/** Removes what the containers of every containerd with its state below `folder` left. Their processes have ended. */
export function removeRuntimeTraces(folder: string): void {
  for (const namespace of taskFolders(folder, STATE_DEPTH_MAX).flatMap(foldersIn)) {
    for (const bundle of foldersIn(namespace)) {
      const socket = shimSocketOf(bundle);
      if (socket) fs.rmSync(socket, { force: true });
      const state = path.join(RUNC_STATE, path.basename(namespace), path.basename(bundle));
      fs.rmSync(state, { recursive: true, force: true });
    }
  }
}
