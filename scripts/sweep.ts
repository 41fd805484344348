// Takes from the machine what aborted test runs left on it: their sites, processes, control groups, mounts, namespaces and
// folders. A run is aborted when the process that its mark names has ended; what bears no mark, or that of a run in progress,
// is left alone. Doing it twice, or two doing it at once, is fine.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openCgroups } from '#platform/cgroup';
import { systemClock } from '#platform/clock';
import { removeRuntimeTraces } from '#platform/cri';
import { mountsBelow } from '#platform/disk';
import { namespaceList, namespaceRemove } from '#platform/net';
import { bootId, isTestRunAlive, signalProcess, testRunOf } from '#platform/process';
import { ownLine, seenProcesses } from './running.ts';
import { processesOfRun, type Seen } from './sweep.plan.ts';

/** Folders that tests make theirs in. */
export const TEST_HOMES = [os.tmpdir(), '/dev/shm'];
const CGROUPS = '/sys/fs/cgroup';
/** What is killed is looked for again so often: it may have been starting something. */
const KILL_ROUNDS_MAX = 250;
const KILL_ROUND_MS = 20;

const namesIn = (folder: string): string[] => (fs.existsSync(folder) ? fs.readdirSync(folder) : []);

/** Names of the control groups at the top, in whatever hierarchy. */
const topGroups = (): string[] => [
  ...new Set([CGROUPS, ...namesIn(CGROUPS).map((name) => path.join(CGROUPS, name))].filter(isFolder).flatMap(namesIn)),
];
const isFolder = (file: string): boolean => fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Folders of test runs, with the marks of their runs. */
export const testFolders = (): { folder: string; mark: string }[] =>
  TEST_HOMES.flatMap((home) =>
    namesIn(home).flatMap((name) => {
      const mark = testRunOf(name);
      return mark ? [{ folder: path.join(home, name), mark }] : [];
    }),
  );

/** Marks of every run that has anything on this machine and whose first process has ended. */
export function abortedRuns(): string[] {
  const marks = [
    ...testFolders().map(({ mark }) => mark),
    ...[...namespaceList(), ...topGroups()].map(testRunOf),
    ...seenProcesses().map(({ mark }) => mark),
  ];
  return [...new Set(marks)].filter((mark) => mark !== undefined && !isTestRunAlive(mark)) as string[];
}

/** Kills what belongs to the run until nothing is found any more. */
async function endProcesses(mark: string, among: (seen: Seen) => boolean = () => true): Promise<void> {
  const boot = bootId();
  const spared = ownLine();
  for (let round = 0; round < KILL_ROUNDS_MAX; round++) {
    const processes = seenProcesses().filter(among);
    const found = new Set(processesOfRun(mark, processes, spared));
    if (found.size === 0) return;
    for (const { pid, startTicks } of processes.filter((seen) => found.has(seen.pid)))
      signalProcess({ pid, startTicks, bootId: boot }, 'SIGKILL');
    await systemClock.sleep(KILL_ROUND_MS);
  }
  throw new Error(`processes of the aborted test run ${mark} cannot be killed; look for state D in ps`);
}

/** Destroys the sites in a folder. False when one stays. */
function destroySites(folder: string): boolean {
  const launcher = path.join(import.meta.dirname, '..', 'holdfast');
  const sites = namesIn(folder)
    .map((name) => path.join(folder, name))
    .filter((site) => ['site.json', 'lab.json'].some((file) => fs.existsSync(path.join(site, file))));
  return sites
    .map((site) => spawnSync(launcher, ['destroy', '--yes', '--data', site], { stdio: 'inherit' }).status === 0)
    .every(Boolean);
}

async function removeGroups(mark: string): Promise<void> {
  const cgroups = openCgroups();
  for (const name of topGroups().filter((one) => testRunOf(one) === mark)) {
    await cgroups.killAll(`/${name}`);
    if (!cgroups.remove(`/${name}`)) throw new Error(`the control group /${name} cannot be removed`);
  }
}

function removeFolder(folder: string): void {
  for (const point of mountsBelow(folder)) spawnSync('umount', ['--lazy', point]);
  removeRuntimeTraces(folder);
  fs.rmSync(folder, { recursive: true, force: true });
}

async function sweepRun(mark: string): Promise<void> {
  // Tests that still run would go on making things.
  await endProcesses(mark, (seen) => seen.mark === mark);
  const folders = testFolders().filter((one) => one.mark === mark);
  const kept = folders.filter(({ folder }) => !destroySites(folder));
  await endProcesses(mark);
  await removeGroups(mark);
  for (const { folder } of folders.filter((one) => !kept.includes(one))) removeFolder(folder);
  for (const name of namespaceList().filter((one) => testRunOf(one) === mark)) await namespaceRemove(name);
  for (const { folder } of kept) console.error(`a site in ${folder} cannot be destroyed; look at it, then remove it`);
}

/** Sweeps all that is left of aborted runs. */
export async function sweepAbortedRuns(): Promise<void> {
  for (const mark of abortedRuns()) {
    console.log(`sweeping what the aborted test run ${mark} left`);
    await sweepRun(mark);
  }
}

if (import.meta.main) await sweepAbortedRuns();
