// Starts this node of a pair: etcd, a kube that stands by, and failover, which says what else stands here and when.
//
//   namespaces ─┬─> etcd ──> failover ──> machines of pods, once the node has its lease
//   switch     ─┘        └─> kube       └─> the master machine, doors and services, once it controls
import { ownNode, type Pair, type PairForecast } from '#model/site';
import { machineTime } from '#platform/clock';
import { interfaceList } from '#platform/net';
import { systemNft } from '#platform/nft';
import { openWatchdog } from '#platform/watchdog';
import { etcdClientOptions } from '#services/etcd-member';
import { type Failover, keepFailover } from '#services/failover';
import { keepRefusals } from '#services/fencing';
import { followPki, siteSealKeys, witnessSealKeys } from '#services/infrastructure';
import { keepSharedFiles, type SharedFiles } from '#services/shared-files';
import type { EventLog } from '#services/supervisor';
import { openDoors } from '../doors.ts';
import type { StartedSite, StartingSite } from '../start-site.ts';
import { takeUpLife } from './earlier-life.ts';
import { NodeHands } from './node-hands.ts';
import { nodeProcesses } from './node-processes.ts';
import { openPeerDoor, PeerCalls, type PeerWord } from './peer-door.ts';
import { Placement } from './placement.ts';
import { prepareNode } from './prepare-node.ts';
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
  /** What both nodes must have beside the objects in the store. */
  readonly shared: SharedFiles;
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
  const etcdOptions = () => etcdClientOptions({ pair, self }, certificates.pki);
  const processes = nodeProcesses({ ...of, etcdOptions });
  for (const declaration of processes.always) supervisor.run(declaration);
  const shared = keepSharedFiles({
    ...{ self, clock, log, data: folders.data, etcd: etcdOptions() },
    other: pair.nodes.find(({ name }) => name !== self)?.name ?? '',
    keys: siteSealKeys(folders),
    witnessKeys: witnessSealKeys(folders),
  });
  const placement = new Placement({
    ...{ site, folders, supervisor, mtu, clock, log, pods: processes.pods, control: processes.control },
    podsRunOn: lives.adopted.node !== undefined,
    controlIs: controlFollower(of, shared, () => failover.leadership),
  });
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
    void shared.close();
    void door.close();
  };
  return {
    ...{ failover, votes, shared, release, onDemand: processes.onDemand },
    forecast: () => kube.said.forecast ?? votes.word(failover.seen?.controller ?? '')?.forecast,
    ownEtcd: () => supervisor.states().some(({ name, phase }) => name === 'etcd' && phase === 'ready'),
    get needed() {
      return [...processes.always.map(({ name }) => name), ...placement.needed];
    },
    doors: await openDoors({ site, clock, log }),
    stop: async () => {
      await failover.stop('handing back');
      watchdog.disarm();
      release();
    },
  };
}
