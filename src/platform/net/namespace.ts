// Network namespaces with names below /run/netns, by the program `ip` (iproute2).
import fs from 'node:fs';
import { WorldError } from '#base';
import { run, runProgram } from './run-ip.ts';

const FOLDER = '/run/netns';

/** Names of the namespaces below /run/netns. */
export function namespaceList(): string[] {
  return fs.existsSync(FOLDER) ? fs.readdirSync(FOLDER) : [];
}

export async function namespaceCreate(name: string): Promise<void> {
  await run(['netns', 'add', name]);
}

/** Removes a namespace's name; it ends with the last process in it. Absent is fine. */
export async function namespaceRemove(name: string): Promise<void> {
  if (!namespaceList().includes(name)) return;
  try {
    await run(['netns', 'del', name]);
  } catch (error) {
    if (namespaceList().includes(name)) throw error;
  }
  if (namespaceList().length === 0) await unmountFolder();
}

/** `ip netns add` mounts the folder onto itself, and leaves it so for good: that goes with the last name. The kernel keeps the
 * mount while a namespace stands below it, so whoever makes one just now loses nothing. */
async function unmountFolder(): Promise<void> {
  const isMounted = fs.readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${FOLDER} `);
  if (isMounted) await runProgram('umount', [FOLDER]).catch(() => undefined);
}

/** True when this process may make network namespaces. */
export async function mayMakeNamespaces(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  try {
    await namespaceCreate(`hfprobe-${process.pid}`);
    await namespaceRemove(`hfprobe-${process.pid}`);
    return true;
  } catch (error) {
    if (error instanceof WorldError) return false;
    throw error;
  }
}
