// A watchdog on this machine with what it is to end: control groups of a test, processes in them, links in a namespace.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { type Cgroups, openCgroups } from '#platform/cgroup';
import { machineTime, systemClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { namespaceCreate, namespaceRemove } from '#platform/net';
import {
  endProcess,
  isAlive,
  PROGRAM_PATH,
  type ProcessIdentity,
  startDaemon,
  TEST_RUN_VARIABLE,
  testFolder,
  testName,
  testRunMark,
} from '#platform/process';
import { openWatchdog, type Watchdog, type WatchdogState, watchdogProcess } from '#platform/watchdog';

const DEADLINE_MS = 60_000;

/** Waits for a condition, and says what was not so. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const began = machineTime.monotonicMs();
  while (!(await holds())) {
    if (machineTime.monotonicMs() - began > DEADLINE_MS) throw new Error(`${what}: not within ${DEADLINE_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A version of control groups that this machine has, and where. */
export interface Hierarchy {
  readonly name: string;
  readonly root: string;
}

/** The machine's own, and that of version 2 beside version 1. */
export const hierarchies = (): Hierarchy[] =>
  ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].flatMap((root) => {
    if (fs.existsSync(path.join(root, 'cgroup.controllers'))) return [{ name: 'version 2', root }];
    return fs.existsSync(path.join(root, 'memory', 'cgroup.procs')) ? [{ name: 'version 1', root }] : [];
  });

/** Goes into groups, then becomes what it is to be. */
const JOINING = 'for each in $0; do echo $$ > "$each/cgroup.procs"; done; exec "$@"';
/** Waits for a line, then becomes what it is to be: so it is in its group before it starts anything. */
const WAITING = 'read -r line; exec "$@"';
/** Forks, ends, and lives on as its child, all the time: its number is an old one when it is read. */
export const RELAY = [
  'perl',
  '-e',
  'while (1) { my $child = fork; exit if $child; select undef, undef, undef, 0.001 }',
];
export const STUBBORN = ['sh', '-c', 'trap "" TERM INT HUP; while :; do sleep 600; done'];

export class WatchedNode {
  readonly folder = testFolder('wd');
  readonly namespace = testName('wd');
  readonly top = `/${testName('wd')}`;
  readonly cgroups: Cgroups;
  readonly log = memoryLog();
  readonly socket = path.join(this.folder, 'wd.sock');
  readonly #root: string;
  readonly #children: ChildProcess[] = [];
  #watchdog: ProcessIdentity | undefined;
  #client: Watchdog | undefined;

  constructor({ root }: Hierarchy) {
    this.#root = root;
    this.cgroups = openCgroups({ root });
  }

  get targets() {
    const { top, folder } = this;
    return { volumes: [`${top}/volumes`], groups: [`${top}/pods`], mountsBelow: [`${folder}/mounts`], links: ['c0'] };
  }

  get client(): Watchdog {
    assert(this.#client, 'the watchdog was started');
    return this.#client;
  }

  get watchdog(): ProcessIdentity {
    assert(this.#watchdog, 'the watchdog was started');
    return this.#watchdog;
  }

  async start(): Promise<void> {
    for (const group of ['volumes', 'pods/pod-1', 'system']) this.cgroups.create(`${this.top}/${group}`);
    await namespaceCreate(this.namespace);
    this.ip('link add c0 type veth peer name c1');
    for (const link of ['c0', 'c1']) this.ip(`link set ${link} up`);
    await this.startWatchdog();
    this.#client = openWatchdog({ socket: this.socket, clock: systemClock, log: this.log });
    await until('the watchdog answers', () => this.#answers());
  }

  /** As a process of holdfastd, whose group it does not stay in. */
  async startWatchdog(): Promise<void> {
    const { folder, socket, targets } = this;
    const { argv, isReady } = watchdogProcess({ folder, socket, targets, clock: systemClock, cgroups: this.#root });
    const { identity } = await startDaemon({
      argv: ['/bin/sh', '-c', JOINING, this.#foldersOf(`${this.top}/system`).join(' '), ...argv],
      env: { PATH: PROGRAM_PATH, [TEST_RUN_VARIABLE]: testRunMark() },
      logFile: path.join(folder, 'watchdog.log'),
      networkNamespace: `/run/netns/${this.namespace}`,
    });
    this.#watchdog = identity;
    await until('the watchdog is ready', isReady);
  }

  #foldersOf(group: string): string[] {
    const tops = [this.#root, ...fs.readdirSync(this.#root).map((name) => path.join(this.#root, name))];
    return tops.map((top) => `${top}${group}`).filter((folder) => fs.existsSync(path.join(folder, 'cgroup.procs')));
  }

  async #answers(): Promise<boolean> {
    return this.client.state().then(
      () => true,
      () => false,
    );
  }

  /** Starts a program in a group. */
  async startIn(group: string, argv: readonly string[]): Promise<ChildProcess> {
    const child = spawn('sh', ['-c', WAITING, 'sh', ...argv], { stdio: ['pipe', 'ignore', 'inherit'], cwd: '/' });
    this.#children.push(child);
    await once(child, 'spawn');
    this.cgroups.addProcess(`${this.top}/${group}`, child.pid ?? 0);
    child.stdin?.end('\n');
    return child;
  }

  /** Another process that renews, every tenth of a second, for so long. */
  async startRenewer(of: { forMs: number; id: number }): Promise<ChildProcess> {
    const program = path.join(import.meta.dirname, 'watchdog-renewer.fixture.ts');
    const child = spawn(process.execPath, [program, this.socket, `${of.forMs}`, `${of.id}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.push(child);
    assert(child.stdout, 'its output is a pipe');
    await once(child.stdout, 'data');
    return child;
  }

  processes(): number[] {
    return this.cgroups.processes(this.top);
  }

  /** Names of links that are up. */
  linksUp(): string[] {
    const links = JSON.parse(this.ip('-j link show up')) as { ifname?: string }[];
    return links.flatMap(({ ifname }) => ifname ?? []).sort();
  }

  ip(command: string): string {
    return execFileSync('ip', ['-n', this.namespace, ...command.split(' ')], { encoding: 'utf8' });
  }

  /** Waits for a state. */
  async reaches(wanted: WatchdogState['state']): Promise<WatchdogState> {
    let seen: WatchdogState | undefined;
    await until(`the watchdog is ${wanted}`, async () => {
      seen = await this.client.state();
      return seen.state === wanted;
    });
    assert(seen, 'it was seen');
    return seen;
  }

  /** Waits until it is known to hold this deadline. */
  async armed(until_: number | 'unbounded', id: number): Promise<void> {
    this.client.arm(until_, id);
    await until('the order is acknowledged', () => {
      const { follows } = this.client;
      return follows?.do === 'arm' && follows.until === until_ && follows.id === id;
    });
  }

  async stop(): Promise<void> {
    this.#client?.close();
    if (this.#watchdog && isAlive(this.#watchdog)) {
      process.kill(this.#watchdog.pid, 'SIGCONT');
      await endProcess(this.#watchdog, { graceMs: DEADLINE_MS, clock: systemClock });
    }
    for (const child of this.#children) child.kill('SIGKILL');
    assert(await this.cgroups.killAll(this.top));
    await until('the groups are removed', () => this.cgroups.remove(this.top));
    await namespaceRemove(this.namespace);
    fs.rmSync(this.folder, { recursive: true });
  }
}
