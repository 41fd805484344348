// What a site leaves in a guest: in its kernel, and in its files.
import fs from 'node:fs';
import path from 'node:path';
import { type MachineState, newSince } from '../../scripts/leftovers.ts';
import { REPOSITORY } from './debian-root.ts';
import type { Guest } from './guest.ts';

interface Before {
  readonly files: readonly string[];
}

/** Where programs keep what they write; the copy of the repository is not the site's. */
const LOOKED_INTO = ['/etc', '/root', '/run', '/tmp', '/usr', '/var'];
/** What systemd, its journal, kubectl and the agent write at any time. */
const NOT_THE_SITES =
  /^\/(run\/(systemd|udev|log|guest-agent|initctl|dmeventd|credentials|agetty)|root\/\.kube|var\/(log\/journal|lib\/systemd|tmp\/systemd)|tmp\/systemd)/;
/** Folders that all sites of a machine, and others, share; what is in them is listed by itself. */
const SHARED_FOLDERS = new Set([
  ...['/run/containerd', '/run/containerd/s', '/run/containerd/runc', '/run/containerd/runc/k8s.io'],
  ...[
    '/run/holdfast',
    '/run/holdfast/ports',
    '/run/holdfast/subnets',
    '/run/netns',
    '/var/lib/cni',
    '/var/lib/cni/results',
  ],
]);
const SYSTEMD_GROUPS = /^cgroup \/sys\/fs\/cgroup\/(system\.slice|user\.slice|init\.scope)/;

export async function listFiles(guest: Guest): Promise<string[]> {
  const listed = await guest.ask(`find ${LOOKED_INTO.join(' ')} -print 2> /dev/null || true`);
  return listed.split('\n').filter((file) => !NOT_THE_SITES.test(file));
}

export async function listState(guest: Guest): Promise<MachineState> {
  const script = `import { machineState } from '${REPOSITORY}/scripts/leftovers.ts'; console.log(JSON.stringify(machineState()))`;
  return JSON.parse(
    await guest.ask(`sh ${REPOSITORY}/scripts/node.sh --input-type=module -e "${script}"`),
  ) as MachineState;
}

/** What came to be, one line each. */
export const newState = (now: MachineState, before: MachineState): string[] =>
  newSince(before, now).filter((line) => !SYSTEMD_GROUPS.test(line));

export const newFiles = (now: readonly string[], before: readonly string[]): string[] => {
  const known = new Set(before);
  return now.filter((file) => !known.has(file) && !SHARED_FOLDERS.has(file));
};

const beforeFile = (home: string): string => path.join(home, 'before.json');

export const writeBefore = (home: string, before: Before): void =>
  fs.writeFileSync(beforeFile(home), JSON.stringify(before));

export const readBefore = (home: string): Before => JSON.parse(fs.readFileSync(beforeFile(home), 'utf8')) as Before;
