// Network namespaces with names below /run/netns, by the program `ip` (iproute2).
import fs from 'node:fs';
import { WorldError } from '#base';
import { run } from './run-ip.ts';

/** Names of the namespaces below /run/netns. */
export function namespaceList(): string[] {
  return fs.existsSync('/run/netns') ? fs.readdirSync('/run/netns') : [];
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
}

/** True when this process may make network namespaces. */
export async function mayMakeNamespaces(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  try {
    await run(['netns', 'add', `hfprobe-${process.pid}`]);
    await run(['netns', 'del', `hfprobe-${process.pid}`]);
    return true;
  } catch (error) {
    if (error instanceof WorldError) return false;
    throw error;
  }
}
