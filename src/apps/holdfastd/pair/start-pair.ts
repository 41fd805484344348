// Starts this node of a pair: etcd, a kube that stands by, and failover, which says what else stands here and when.
//
//   namespaces ─┬─> etcd ──> failover ──> machines of pods, once the node has its lease
//   switch     ─┘        └─> kube       └─> the master machine, doors and services, once it controls

import { ensureRegistryAccounts } from '#host';
import {
  cableName,
  controlCgroup,
  machineCgroup,
  machinesHere,
  masterOf,
  ownNode,
  type Pair,
  type PairForecast,
  volumesCgroup,
  workerHere,
} from '#model/site';
import { openCgroups } from '#platform/cgroup';
import { machineTime } from '#platform/clock';
import { removeTree } from '#platform/disk';
import { interfaceList } from '#platform/net';
import { systemNft } from '#platform/nft';
import { PROGRAM_PATH } from '#platform/process';
import { openWatchdog, watchdogProcess } from '#platform/watchdog';
import { etcdClientOptions, etcdProcess } from '#services/etcd-member';
import { type Failover, keepFailover } from '#services/failover';
import { keepRefusals } from '#services/fencing';
import { ensurePki, followPki } from '#services/infrastructure';
import {
  ensureControlLink,
  ensureMachineGroups,
  ensureNamespace,
  ensureSiteGroups,
  ensureSwitch,
  removeCable,
  setDoorAddress,
} from '#services/machines';
import type { EventLog, ProcessDeclaration } from '#services/supervisor';
import { openDoors } from '../doors.ts';
import { containerdOf, kubeProcess, nodeProcess, servicesProcess } from '../processes.ts';
import type { StartedSite, StartingSite } from '../start-site.ts';
import { takeUpLife } from './earlier-life.ts';
import { NodeHands } from './node-hands.ts';
import { openPeerDoor, PeerCalls, type PeerWord } from './peer-door.ts';
import { Placement } from './placement.ts';
import { refusalFacts } from './refusal-facts.ts';
import { KubeWord } from './tell-kube.ts';
import { Votes } from './votes.ts';

export interface StartingPair extends StartingSite {
  readonly pair: Pair;
  readonly events: EventLog;
  controlIs(here: boolean): void;
  ownStatus(): PeerWord['status'];
}

export interface StartedPair extends StartedSite {
  readonly failover: Failover;
  readonly votes: Votes;
  /** Whether the member of etcd on this node answers with a majority behind it. */
  ownEtcd(): boolean;
  /** What the loss of each node would cost, as whoever controls says; undefined while nobody does. */
  forecast(): PairForecast | undefined;
  /** Hands back what this node holds; nothing of it runs any more. */
  stop(): Promise<void>;
  /** Lets go of it as it stands. */
  release(): void;
}

const UPLINK_LOOK_MS = 1_000;

async function prepare(of: StartingPair, controlled: boolean): Promise<{ mtu: number }> {
  const { site, folders, clock, log, progress } = of;
  const cgroups = openCgroups();
  const { system } = ensureSiteGroups(site, cgroups);
  cgroups.addProcess(system, process.pid);
  const machines = machinesHere(site);
  for (const machine of machines) ensureMachineGroups(site, machine, cgroups);
  const { cpuShares, cpuMillis, memoryBytes } = masterOf(site);
  cgroups.create(controlCgroup(site));
  cgroups.setLimits(controlCgroup(site), { cpuShares, cpuMillis, memoryBytes });
  cgroups.create(volumesCgroup(site));
  ensureRegistryAccounts(folders);
  return progress.step('certificates, machines and network', async () => {
    const [{ mtu }, issued] = await Promise.all([
      ensureSwitch(site),
      ensurePki({ site, folders, now: clock.now() }),
      ...machines.map((machine) => ensureNamespace(site, machine)),
    ]);
    for (const { spec, reason } of issued) log.info('certificate issued', { certificate: spec.name, reason });
    await ensureControlLink(site, masterOf(site));
    if (controlled) return { mtu };
    // Control is asked for anew: what an earlier life has left of it would answer at the site's addresses.
    removeTree(folders.controlMark);
    await Promise.all([removeCable(site, masterOf(site)), setDoorAddress(site, 'elsewhere')]);
    return { mtu };
  });
}

/** What ends when the node lease does: clients of volumes first, then the machines with all that runs in them, and their cables. */
function watchdogOf({ site, folders, clock }: StartingPair): ProcessDeclaration {
  const machines = machinesHere(site);
  const { argv, isReady, answers } = watchdogProcess({
    folder: folders.run,
    socket: folders.watchdogSocket,
    targets: {
      volumes: [volumesCgroup(site)],
      groups: machines.map((machine) => machineCgroup(site, machine)),
      mountsBelow: [`${folders.run}/volumes`],
      links: machines.map((machine) => cableName(site, site.machines.indexOf(machine))),
    },
    clock,
  });
  return {
    name: 'watchdog',
    node: ownNode(site),
    argv,
    env: { PATH: PROGRAM_PATH },
    isReady: () => isReady(),
    answers,
  };
}

/** Whether the switch's port to the others is up, looked at now and then. */
function uplinkWatch(of: StartingPair): () => boolean {
  const { pair } = of;
  let isUp = true;
  const look = async (): Promise<void> => {
    const link = (await interfaceList()).find(({ name }) => name === pair.accessDevice);
    isUp = link?.running === true;
    setTimeout(() => void look(), UPLINK_LOOK_MS).unref();
  };
  void look();
  return () => isUp;
}

function placementOf(of: StartingPair, mtu: number, podsRunOn: boolean): Placement {
  const { site, folders, supervisor, declaring, clock, log } = of;
  const self = ownNode(site);
  const [master, worker] = [masterOf(site), workerHere(site)];
  return new Placement({
    site,
    folders,
    supervisor,
    mtu,
    podsRunOn,
    pods: [containerdOf(declaring, worker), nodeProcess(declaring, worker)],
    control: [{ ...nodeProcess(declaring, master), node: self }, servicesProcess(declaring, self)],
    controlIs: of.controlIs,
    clock,
    log,
  });
}

export async function startPair(of: StartingPair): Promise<StartedPair> {
  const { site, folders, pair, supervisor, clock, log, declaring } = of;
  const self = ownNode(site);
  const kube = new KubeWord(folders);
  const watchdog = openWatchdog({ socket: folders.watchdogSocket, clock, log });
  const lives = await takeUpLife({ folders, kube, watchdog });
  const { mtu } = await prepare(of, lives.adopted.control !== undefined);
  // Before anything of etcd is there: whoever was refused stays so.
  const refusals = await keepRefusals({
    ...{ log, nft: systemNft, file: folders.refusalsFile },
    facts: () => refusalFacts(site),
  });
  const certificates = followPki({ folder: folders.pki, clock, log });
  const etcdOptions = () => etcdClientOptions({ pair, self }, certificates.pki);
  const master = masterOf(site);
  const worker = workerHere(site);
  const always = [
    etcdProcess({ pair, self, folders, path: PROGRAM_PATH, cgroup: declaring.systemCgroup, ownClient: etcdOptions }),
    { ...kubeProcess(declaring, master), node: self, cgroup: controlCgroup(site) },
    watchdogOf(of),
  ];
  for (const declaration of always) supervisor.run(declaration);
  const onDemand = new Map<string, ProcessDeclaration>(
    [master, worker]
      .map((machine) => containerdOf(declaring, machine))
      .map((one) => [one.name, { ...one, node: self }]),
  );
  const placement = placementOf(of, mtu, lives.adopted.node !== undefined);
  const peers = { pair, self, certificates, clock };
  const calls = new PeerCalls(peers);
  const hands = new NodeHands({
    ...{ site, kube, watchdog, placement, refusals, calls, log, events: of.events },
    nodeLease: () => lives.leases().node,
    uplinkIsUp: uplinkWatch(of),
    leadership: () => failover.leadership,
  });
  const failover: Failover = keepFailover({
    ...{ self, hands, clock, log, ...lives, etcd: etcdOptions() },
    voters: [...pair.nodes, pair.witness].map(({ name }) => name),
    nodes: pair.nodes.map(({ name }) => name),
    bootMs: () => machineTime.bootMs(),
  });
  const word = (): PeerWord => {
    const { forecast } = kube.said;
    const out = failover.state.node === 'out' && hands.health().clean;
    return { out, status: of.ownStatus(), ...(forecast && { forecast }) };
  };
  const door = await openPeerDoor({ ...peers, word });
  const votes = new Votes({ site, pair, calls, clock });
  const release = (): void => {
    watchdog.close();
    placement.close();
    votes.close();
    calls.close();
    certificates.close();
    void door.close();
  };
  return {
    ...{ failover, votes, onDemand, release },
    forecast: () => kube.said.forecast ?? votes.word(failover.seen?.controller ?? '')?.forecast,
    ownEtcd: () => supervisor.states().some(({ name, phase }) => name === 'etcd' && phase === 'ready'),
    get needed() {
      return [...always.map(({ name }) => name), ...placement.needed];
    },
    doors: await openDoors({ site, clock, log }),
    stop: async () => {
      await failover.stop('handing back');
      watchdog.disarm();
      release();
    },
  };
}
