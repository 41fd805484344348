// Sees what a test run leaves on the machine, and what there belongs to other runs.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isTestRunAlive, testRunMark } from '#platform/process';
import { ownLine, seenProcesses } from './running.ts';
import { runOfProcess } from './sweep.plan.ts';
import { testFolders } from './sweep.ts';

/** Names of everything a site or a test may create on the machine, by kind. */
export type MachineState = Readonly<Record<string, readonly string[]>>;

const COMMAND_SHOWN_MAX = 160;

const linesOf = (file: string, args: readonly string[]): string[] => {
  const result = spawnSync(file, args, { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.split('\n').filter(Boolean) : [];
};

/** Groups at the top, of the one hierarchy or of each of several: ours are, and what stands below others' is theirs. */
function cgroups(): string[] {
  const found: string[] = [];
  const walk = (folder: string, depth: number): void => {
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      found.push(path.join(folder, entry.name));
      if (depth > 0) walk(path.join(folder, entry.name), depth - 1);
    }
  };
  if (fs.existsSync('/sys/fs/cgroup')) walk('/sys/fs/cgroup', 1);
  return found;
}

function processes(): string[] {
  const mine = ownLine();
  return seenProcesses()
    .filter(({ pid }) => !mine.has(pid))
    .map((seen) => ({ ...seen, command: seen.argv.join(' ') }))
    .filter(({ command }) =>
      /holdfast|\bhft-|containerd|etcd|gluster|docker-registry|\bnode\b.*(dist|src|test)\//.test(command),
    )
    .map((seen) => `${seen.pid} ${seen.command.slice(0, COMMAND_SHOWN_MAX)} ${runOfProcess(seen) ?? ''}`.trim());
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
    folder: testFolders().map(({ folder }) => folder),
  };
}

/** What is in `after` and was not in `before`, one line each. */
export function newSince(before: MachineState, after: MachineState): string[] {
  return Object.entries(after).flatMap(([kind, names]) =>
    names.filter((name) => !before[kind]?.includes(name)).map((name) => `${kind} ${name}`),
  );
}

/** What shows that a thing belongs to another run in progress: marks of runs, ids of their sites. */
export function signsOfOtherRuns(): string[] {
  const others = testFolders().filter(({ mark }) => mark !== testRunMark() && isTestRunAlive(mark));
  const marks = [...others.map(({ mark }) => mark), ...seenProcesses().map(({ mark }) => mark)];
  const ids = others.flatMap(({ folder }) => siteIdsIn(folder));
  return [...new Set([...marks, ...ids])].filter((sign) => sign !== undefined && sign !== testRunMark()) as string[];
}

/** Of sites, and of labs, whose nodes' names begin with it. */
function siteIdsIn(folder: string): string[] {
  const read = (file: string): { id?: string; site?: { id?: string } } => {
    try {
      return JSON.parse(fs.readFileSync(file, 'utf8')) as { id?: string; site?: { id?: string } };
    } catch {
      // None of its kind, or one that is being made.
      return {};
    }
  };
  return fs.readdirSync(folder).flatMap((name) => {
    const id = read(path.join(folder, name, 'site.json')).id ?? read(path.join(folder, name, 'lab.json')).site?.id;
    return id ?? [];
  });
}
