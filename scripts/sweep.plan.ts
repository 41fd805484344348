// Decides which processes belong to an aborted test run. A process belongs when the run's mark is in its environment, when it
// stands in a namespace or a control group that bears the mark, when it is one of the programs that tests start and was given
// a path in a folder that bears it, or when a process that belongs started it. What bears the mark of another run never does.
import path from 'node:path';
import { testRunOf, testRunOwner } from '#platform/process';

/** A running process, as /proc shows it. */
export interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly startTicks: number;
  readonly argv: readonly string[];
  /** The mark in its environment. */
  readonly mark?: string;
  /** Paths of its control groups. */
  readonly groups: readonly string[];
  /** Its network namespace, when that has a name. */
  readonly namespace?: string;
}

/** Programs that tests start, some with an environment of their own. A shell or an editor of whoever looks is not one. */
const PROGRAMS = /^(node|containerd|containerd-shim-runc-v2|runc|etcd|docker-registry|perl|qemu-system-.*)$/;

/** The run of a path: that of the first folder in it that bears a mark. */
export const runOfPath = (file: string): string | undefined => file.split('/').map(testRunOf).find(Boolean);

/** The run of an argument that is a path, or an option set to one. */
function runOfArgument(argument: string): string | undefined {
  const value = /^--?[a-z-]+=(\/.*)$/.exec(argument)?.[1] ?? argument;
  return /^\/\S*$/.test(value) ? runOfPath(value) : undefined;
}

/** The run that a process shows itself to be of, whoever started it. */
export function runOfProcess(seen: Seen): string | undefined {
  if (seen.mark) return seen.mark;
  const placed = (seen.namespace && testRunOf(seen.namespace)) || seen.groups.map(runOfPath).find(Boolean);
  if (placed) return placed;
  if (!PROGRAMS.test(path.basename(seen.argv[0] ?? ''))) return undefined;
  return seen.argv.map(runOfArgument).find(Boolean);
}

/** Numbers of the processes of `run`, less `spared` ones. Nothing that began before the run is of it. */
export function processesOfRun(
  run: string,
  processes: readonly Seen[],
  spared: ReadonlySet<number> = new Set(),
): number[] {
  const began = testRunOwner(run).startTicks;
  const found = new Set<number>();
  const candidates = processes.filter((seen) => seen.startTicks >= began && !spared.has(seen.pid));
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const seen of candidates) {
      const own = runOfProcess(seen);
      if (own === run || (own === undefined && found.has(seen.parent))) found.add(seen.pid);
    }
  }
  return [...found];
}
