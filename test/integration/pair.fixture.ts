// A lab of two nodes and a witness for tests, by the command line, and what can befall its nodes: killed, cut off, frozen, brought back.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { present } from '#base';
import { type Site, siteOn, switchName, votersOf } from '#model/site';
import { openCgroups } from '#platform/cgroup';
import { bringUp, eventually, HOME, ran, type TestSite, testSite } from './site.fixture.ts';

export const NODES = ['node-a', 'node-b'] as const;
export type NodeName = (typeof NODES)[number];
export type VoterName = NodeName | 'witness';
export type Network = 'access' | 'storage';

const VOTERS: readonly VoterName[] = [...NODES, 'witness'];
const READY_MS = 120_000;
/** Whole again: a node that was lost often is let in ten minutes later at most, and there is no hurry on a busy machine. */
const WHOLE_MS = 720_000;

export const otherThan = (node: NodeName): NodeName => (node === 'node-a' ? 'node-b' : 'node-a');

export function endIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export interface PairSite extends TestSite {
  /** Who controls; waits until somebody does. */
  controller(): Promise<NodeName>;
  /** Kills every process of a voter at once, as its power going off would, and cuts it off. */
  killNode(voter: VoterName): Promise<void>;
  /** Cables of a voter go, or come back. */
  cut(voter: VoterName, network: Network): Promise<void>;
  mend(voter: VoterName, network: Network): Promise<void>;
  /** Stops every process of a node where it stands, and lets all go on. */
  freeze(node: NodeName): void;
  thaw(node: NodeName): void;
  /** Numbers of the processes of a node, those of its pods and of its own daemons. */
  processes(voter: VoterName): number[];
  /** Numbers of the processes of a node's pods. */
  podProcesses(node: NodeName): number[];
  /** The link by which this machine stands in the lab's access network. */
  accessSwitch(): string;
  /** Brings what was killed back, with its cables, and waits until the site is whole. */
  bringBack(voter: VoterName): Promise<void>;
  /** Starts what keeps one voter, as its own machine would when it boots, with its cables. Does not wait. */
  boot(voter: VoterName): Promise<void>;
  /** Waits until the site is Ready, and the loss of either node is survived. */
  whole(): Promise<void>;
  /** Of the voters, in the access network. */
  addresses(): readonly string[];
  /** A process of a node by its name in `status`. */
  pidOf(node: VoterName, process: string): Promise<number>;
}

export function pairSite(name: string): PairSite {
  const site = testSite(name);
  const kubeconfig = path.join(site.data, 'node-a/pki/admin.kubeconfig');
  const described = (): Site =>
    (JSON.parse(fs.readFileSync(path.join(site.data, 'lab.json'), 'utf8')) as { site: Site }).site;
  const groupOf = (voter: VoterName): string => `/holdfast-${siteOn(described(), voter).id}`;
  const cableOf = (voter: VoterName, network: Network): string =>
    `${switchName(described())}${network === 'access' ? 'l' : 's'}${VOTERS.indexOf(voter)}`;
  const setCable = async (voter: VoterName, network: Network, to: 'up' | 'down'): Promise<void> => {
    const { code, stderr } = await ran('ip', ['link', 'set', cableOf(voter, network), to]);
    if (code !== 0) throw new Error(`the cable of ${voter} cannot be set ${to}: ${stderr}`);
  };
  const networksOf = (voter: VoterName): readonly Network[] =>
    voter === 'witness' ? ['access'] : ['access', 'storage'];
  const setFrozen = (node: NodeName, state: 'FROZEN' | 'THAWED'): void => {
    const v1 = `/sys/fs/cgroup/freezer${groupOf(node)}/freezer.state`;
    if (fs.existsSync(v1)) fs.writeFileSync(v1, state);
    else fs.writeFileSync(`/sys/fs/cgroup${groupOf(node)}/cgroup.freeze`, state === 'FROZEN' ? '1' : '0');
  };
  const watchdogOf = (node: NodeName): number => {
    const records = JSON.parse(fs.readFileSync(path.join(site.data, node, 'run/processes.json'), 'utf8')) as Record<
      string,
      { identity: { pid: number } }
    >;
    const pid = records.watchdog?.identity.pid;
    if (pid === undefined) throw new Error(`${node} has no watchdog`);
    return pid;
  };
  const processes = (voter: VoterName): number[] => openCgroups().processes(groupOf(voter));
  const kubectlRan: TestSite['kubectlRan'] = (args, options) =>
    site.kubectlRan([`--kubeconfig=${kubeconfig}`, ...args], options);
  const whole = async (): Promise<void> => {
    await eventually(
      'the site is whole',
      async () => {
        const { phase, conditions } = await site.status();
        return phase === 'Ready' && conditions.some(({ type, status }) => type === 'Redundant' && status === 'True');
      },
      WHOLE_MS,
    );
  };
  return {
    ...site,
    kubeconfig,
    kubectlRan,
    kubectl: async (...args) => {
      const { code, stdout, stderr } = await kubectlRan(args);
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: exit ${code}: ${stderr}`);
      return stdout;
    },
    controller: () =>
      eventually('a node controls', async () => {
        const controlling = (await site.status()).nodes.find(({ holdsControl }) => holdsControl);
        return controlling?.name as NodeName | undefined;
      }),
    killNode: async (voter) => {
      for (const network of networksOf(voter)) await setCable(voter, network, 'down');
      if (voter !== 'witness') endIfThere(watchdogOf(voter));
      if (!(await openCgroups().killAll(groupOf(voter)))) throw new Error(`processes of ${voter} cannot be killed`);
    },
    cut: (voter, network) => setCable(voter, network, 'down'),
    mend: (voter, network) => setCable(voter, network, 'up'),
    // The watchdog stands outside of the node's groups.
    freeze: (node) => {
      process.kill(watchdogOf(node), 'SIGSTOP');
      setFrozen(node, 'FROZEN');
    },
    thaw: (node) => {
      setFrozen(node, 'THAWED');
      process.kill(watchdogOf(node), 'SIGCONT');
    },
    podProcesses: (node) => {
      const cgroups = openCgroups();
      const worker = `${groupOf(node)}/${node}-worker`;
      const pods = cgroups.children(worker).filter((name) => !['system', 'shims'].includes(name));
      return pods.flatMap((name) => cgroups.processes(`${worker}/${name}`));
    },
    accessSwitch: () => switchName(described()),
    processes,
    bringBack: async (voter) => {
      for (const network of networksOf(voter)) await setCable(voter, network, 'up');
      const { code, stderr } = await site.holdfast('up', '--timeout', String(READY_MS / 1000));
      if (code !== 0) throw new Error(`up: exit ${code}: ${stderr}`);
      await whole();
    },
    boot: async (voter) => {
      for (const network of networksOf(voter)) await setCable(voter, network, 'up');
      const node = path.join(HOME, `node_modules/node-linux-${process.arch}/bin/node`);
      const app = path.join(HOME, `dist/${voter === 'witness' ? 'witness' : 'holdfastd'}.mjs`);
      const data = path.join(site.data, voter);
      const log = fs.openSync(path.join(data, 'logs/holdfastd.log'), 'a');
      const namespace = `--net=/run/netns/${switchName(described())}-${voter}`;
      const child = spawn('nsenter', [namespace, '--', node, app, '--data', data], {
        cwd: '/',
        detached: true,
        env: { ...process.env, HOLDFAST_HOME: HOME },
        stdio: ['ignore', log, log],
      });
      fs.closeSync(log);
      child.unref();
    },
    whole,
    addresses: () => votersOf(present(described().pair, 'the site has two nodes')).map(({ access }) => access),
    pidOf: async (node, name) => {
      const found = (await site.status()).processes.find((one) => one.node === node && one.name === name);
      if (!found) throw new Error(`no process ${name} on ${node}`);
      return found.pid;
    },
  };
}

/** Brings a lab up with an image that runs until it is asked to end. */
export async function bringUpPair(site: PairSite): Promise<void> {
  await bringUp(site, '--nodes', '2');
  await site.whole();
}

/** Writes to the site's API without rest, over a connection each, and remembers what was acknowledged. */
export class Writer {
  readonly acknowledged: number[] = [];
  readonly #site: PairSite;
  readonly #name: string;
  #going = true;
  #last = performance.now();
  #done: Promise<void>;
  /** The longest time between two acknowledged writes, milliseconds. */
  longestGapMs = 0;

  constructor(site: PairSite, name: string) {
    this.#name = name;
    this.#site = site;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#going = false;
    await this.#done;
  }

  async #run(): Promise<void> {
    for (let n = 1; this.#going; n++) {
      const made = ['create', 'configmap', `${this.#name}-${n}`, `--from-literal=n=${n}`, '--request-timeout=2s'];
      const { code } = await this.#site.kubectlRan(made);
      if (code === 0) {
        this.acknowledged.push(n);
        this.longestGapMs = Math.max(this.longestGapMs, performance.now() - this.#last);
        this.#last = performance.now();
      } else await sleep(50);
    }
  }
}
