// Sees what a test run leaves on the machine, and sweeps what an aborted run left.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Names of everything a site or a test may create on the machine, by kind. */
export type MachineState = Readonly<Record<string, readonly string[]>>;

/** Every test's folders stand directly under the temporary folder with this prefix. */
export const TEST_FOLDER_PREFIX = 'holdfast-test-';

const linesOf = (file: string, args: readonly string[]): string[] => {
  const result = spawnSync(file, args, { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.split('\n').filter(Boolean) : [];
};

function cgroups(): string[] {
  const found: string[] = [];
  const walk = (folder: string, depth: number): void => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      found.push(path.join(folder, entry.name));
      if (depth > 0) walk(path.join(folder, entry.name), depth - 1);
    }
  };
  if (fs.existsSync('/sys/fs/cgroup')) walk('/sys/fs/cgroup', 2);
  return found;
}

function processes(): string[] {
  const mine = new Set([String(process.pid), String(process.ppid)]);
  const found: string[] = [];
  for (const pid of fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name) && !mine.has(name))) {
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      if (/holdfast|containerd|etcd|docker-registry|\bnode\b.*(dist|src|test)\//.test(command))
        found.push(`${pid} ${command.slice(0, 160)}`);
    } catch {
      // The process ended while it was being looked at.
    }
  }
  return found;
}

export function machineState(): MachineState {
  return {
    process: processes(),
    mount: fs
      .readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      .filter(Boolean),
    namespace: linesOf('ip', ['netns', 'list']).map((line) => line.split(' ')[0] ?? ''),
    link: linesOf('ip', ['-o', 'link']).map((line) => (line.split(': ')[1] ?? '').split('@')[0] ?? ''),
    route: linesOf('ip', ['-4', 'route']),
    'nft table': linesOf('nft', ['list', 'tables']),
    cgroup: cgroups(),
    folder: fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith(TEST_FOLDER_PREFIX)),
  };
}

/** What is in `after` and was not in `before`, one line each. */
export function newSince(before: MachineState, after: MachineState): string[] {
  return Object.entries(after).flatMap(([kind, names]) =>
    names.filter((name) => !before[kind]?.includes(name)).map((name) => `${kind} ${name}`),
  );
}

/** Destroys the sites that an aborted run left in the temporary folder, and removes their folders. */
export function sweepAbortedRuns(): void {
  const launcher = path.join(import.meta.dirname, '..', 'holdfast');
  for (const name of fs.readdirSync(os.tmpdir()).filter((n) => n.startsWith(TEST_FOLDER_PREFIX))) {
    const folder = path.join(os.tmpdir(), name);
    for (const site of fs.readdirSync(folder).map((entry) => path.join(folder, entry))) {
      if (fs.existsSync(path.join(site, 'site.json')))
        spawnSync(launcher, ['destroy', '--yes', '--data', site], { stdio: 'inherit' });
    }
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
