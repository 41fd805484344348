// Starts this node of a pair: etcd, a kube that stands by, and failover, which says what else stands here and when.
//
//   namespaces ─┬─> etcd ──> failover ──> machines of pods, once the node has its lease
//   switch     ─┘        └─> kube       └─> the master machine, doors and services, once it controls
import { ownNode, type Pair, type PairForecast, votersOf } from '#model/site';
import { machineTime } from '#platform/clock';
import { readTextIfPresent } from '#platform/disk';
import type { EtcdOptions } from '#platform/etcd';
import { interfaceList } from '#platform/net';
import { systemNft } from '#platform/nft';
import { openWatchdog } from '#platform/watchdog';
import { etcdClientOptions, type MemberKeeper } from '#services/etcd-member';
import { type Failover, keepFailover } from '#services/failover';
import { keepRefusals } from '#services/fencing';
import { type AskCluster, followPki, type PkiFollower, siteSealKeys, witnessSealKeys } from '#services/infrastructure';
import type { Rolling } from '#services/rolling';
import { keepSharedFiles, type SharedFiles } from '#services/shared-files';
import type { EventLog } from '#services/supervisor';
import type { Volumes } from '#services/volumes';
import { openDoors } from '../doors.ts';
import type { StartedSite, StartingSite } from '../start-site.ts';
import { takeUpLife } from './earlier-life.ts';
import { keepNodeRolling } from './keep-node-rolling.ts';
import { keepNodeVolumes } from './keep-node-volumes.ts';
import { keepOwnMember } from './keep-own-member.ts';
import { NodeHands } from './node-hands.ts';
import { cutNodePower } from './node-power.ts';
import { nodeProcesses } from './node-processes.ts';
import { openPeerDoor, PeerCalls, type PeerWord } from './peer-door.ts';
import { Placement } from './placement.ts';
import { prepareNode } from './prepare-node.ts';
import { refusalFacts } from './refusal-facts.ts';
import { KubeWord } from './tell-kube.ts';
import { Votes } from './votes.ts';
import { WireWatch } from './wire-watch.ts';

export interface StartingPair extends StartingSite {
  readonly pair: Pair;
  readonly events: EventLog;
  controlIs(here: boolean): void;
  ownStatus(): PeerWord['status'];
  readonly ask: AskCluster;
  /** Ends everything that this node keeps in order, and holdfastd, which is started again. */
  restart(id: string): Promise<void>;
}

export interface StartedPair extends StartedSite {
  readonly failover: Failover;
  readonly votes: Votes;
  /** What both nodes must have beside the objects in the store. */
  readonly shared: SharedFiles;
  readonly volumes: Volumes;
  readonly member: MemberKeeper;
  /** Whether the member of etcd on this node runs. */
  ownEtcd(): boolean;
  /** What the loss of each node would cost, as whoever controls says; undefined while nobody does. */
  forecast(): PairForecast | undefined;
  /** What this node says of itself. */
  word(): PeerWord;
  readonly rolling: Rolling;
  /** How the members of etcd are reached. */
  readonly etcd: EtcdOptions;
  /** Lets go of a pair that is none any more: nobody is left who could start this node's pods, which run on. */
  leave(): Promise<void>;
  /** Hands back what this node holds; nothing of it runs any more. */
  stop(how?: 'handing back' | 'coming back'): Promise<void>;
  /** Lets go of it as it stands. */
  release(): void;
}

const UPLINK_LOOK_MS = 1_000;

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

/** What stands where control is follows it, once this node has what the one before it had. */
function controlFollower(of: StartingPair, shared: SharedFiles, leadership: () => Failover['leadership']) {
  return (here: boolean): void => {
    if (!here) {
      shared.follow();
      of.controlIs(false);
      return;
    }
    shared.lead(leadership()).then(
      () => of.controlIs(true),
      (error: unknown) => of.log.warn('what the other node had was not taken over', { error }),
    );
  };
}

/** What is looked at and kept on this node, whoever controls. `controls`: whether that is this node. */
function keepers(of: StartingPair, certificates: PkiFollower, controls: () => boolean) {
  const { site, folders, pair, clock, log } = of;
  const self = ownNode(site);
  const etcd = etcdClientOptions({ pair, self }, certificates.pki);
  const calls = new PeerCalls({ pair, self, certificates, clock });
  const shared = keepSharedFiles({
    ...{ self, clock, log, etcd, data: folders.data },
    other: pair.nodes.find(({ name }) => name !== self)?.name ?? '',
    keys: siteSealKeys(folders),
    witnessKeys: witnessSealKeys(folders),
  });
  const wire = new WireWatch({ site, pair });
  const volumes = keepNodeVolumes(of, controls);
  const member = keepOwnMember({ ...of, certificates });
  const votes = new Votes({ site, pair, calls, clock });
  const close = (): void => {
    votes.close();
    wire.close();
    volumes.stop();
    calls.close();
    void member.close();
    void shared.close();
  };
  return { etcd, calls, shared, wire, volumes, member, votes, close };
}

/** What this node says of itself. */
function ownWord(
  { supervisor, folders, ownStatus }: StartingPair,
  node: { kube: KubeWord; hands: NodeHands; failover: Failover; needed: readonly string[] },
): PeerWord {
  const { kube, hands, failover, needed } = node;
  const { forecast } = kube.said;
  const { clean, wireCutMs, fit } = hands.health();
  const isReady = new Set(supervisor.states().flatMap(({ name, phase }) => (phase === 'ready' ? [name] : [])));
  const restartedFor = readTextIfPresent(folders.restartedFor);
  return {
    out: failover.state.node === 'out' && clean && wireCutMs === undefined,
    runs: failover.state.node === 'member' && needed.every((name) => isReady.has(name)),
    fit,
    status: ownStatus(),
    ...(restartedFor !== undefined && { restartedFor }),
    ...(forecast && { forecast }),
  };
}

/** How a node ends being one of a pair, for now or for good. */
function waysOut(of: {
  placement: Placement;
  failover: Failover;
  watchdog: ReturnType<typeof openWatchdog>;
  release(): void;
}): Pick<StartedPair, 'leave' | 'stop'> {
  const { placement, failover, watchdog, release } = of;
  return {
    leave: async () => {
      placement.close();
      await failover.stop('as it stands');
      watchdog.disarm();
      release();
    },
    stop: async (how = 'handing back') => {
      await failover.stop(how);
      watchdog.disarm();
      release();
    },
  };
}

export async function startPair(of: StartingPair): Promise<StartedPair> {
  const { site, folders, pair, supervisor, clock, log } = of;
  const self = ownNode(site);
  const kube = new KubeWord(folders);
  const watchdog = openWatchdog({ socket: folders.watchdogSocket, clock, log });
  const lives = await takeUpLife({ folders, kube, watchdog });
  const { mtu } = await prepareNode(of, lives.adopted.control !== undefined);
  // Before anything of etcd is there: whoever was refused stays so.
  const refusals = await keepRefusals({
    ...{ log, nft: systemNft, file: folders.refusalsFile },
    facts: () => refusalFacts(site),
  });
  const certificates = followPki({ folder: folders.pki, clock, log });
  const kept = keepers(of, certificates, () => hands.serves);
  const { shared, volumes, votes, wire } = kept;
  const processes = nodeProcesses({ ...of, etcdOptions: () => kept.etcd });
  for (const declaration of processes.always) supervisor.run(declaration);
  const placement = new Placement({
    ...{ site, folders, supervisor, mtu, clock, log, ...processes },
    podsRunOn: lives.adopted.node !== undefined,
    controlIs: controlFollower(of, shared, () => failover.leadership),
  });
  const hands = new NodeHands({
    ...{ site, kube, watchdog, placement, refusals, log, calls: kept.calls, events: of.events },
    nodeLease: () => lives.leases().node,
    cutPower: (node) => cutNodePower({ folders, log }, node),
    uplinkIsUp: uplinkWatch(of),
    wireCutMs: () => wire.cutMs,
    volumesAreThere: () => volumes.started,
    leadership: () => failover.leadership,
  });
  const failover: Failover = keepFailover({
    ...{ self, hands, clock, log, ...lives, etcd: kept.etcd },
    voters: votersOf(pair).map(({ name }) => name),
    nodes: pair.nodes.map(({ name }) => name),
    bootMs: () => machineTime.bootMs(),
  });
  const word = (): PeerWord => ownWord(of, { kube, hands, failover, needed: started.needed });
  const doors = await openDoors({ site, clock, log });
  const release = (): void => {
    rolling.close();
    kept.close();
    watchdog.close();
    placement.close();
    certificates.close();
    void door.close();
  };
  const started: StartedPair = {
    ...{ failover, release, word, doors, ...kept, onDemand: processes.onDemand },
    get rolling() {
      return rolling;
    },
    forecast: () => kube.said.forecast ?? votes.word(failover.seen?.controller ?? '')?.forecast,
    ownEtcd: () => supervisor.states().some(({ name, phase }) => name === 'etcd' && phase === 'ready'),
    get needed() {
      return [...processes.always.map(({ name }) => name), ...placement.needed];
    },
    ...waysOut({ placement, failover, watchdog, release }),
  };
  const rolling = keepNodeRolling(of, started, { etcd: kept.etcd, controls: () => hands.serves });
  // Last: who asks is answered from all of it.
  const door = await openPeerDoor({ pair, self, certificates, clock, word });
  return started;
}
