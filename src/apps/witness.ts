// The app `witness`: the third voter of a pair. It keeps a member of etcd and refuses nodes that are fenced; nothing of Kubernetes runs here.
import { WorldError } from '#base';
import { cgroupRoot, ownNode, type Pair, type SitePhase, type SupervisorAnswer } from '#model/site';
import { openCgroups } from '#platform/cgroup';
import { readTextIfPresent } from '#platform/disk';
import { interfaceList, ipBatch } from '#platform/net';
import { systemNft } from '#platform/nft';
import { PROGRAM_PATH, tryLock } from '#platform/process';
import { serveLines } from '#platform/socket';
import { etcdClientOptions, etcdProcess } from '#services/etcd-member';
import { keepWitness } from '#services/failover';
import { keepRefusals } from '#services/fencing';
import { followPki, witnessSealKeys } from '#services/infrastructure';
import { ensureSiteGroups } from '#services/machines';
import { keepRolling } from '#services/rolling';
import { keepWitnessFiles } from '#services/shared-files';
import { openProcessRecords, startSupervisor } from '#services/supervisor';
import { glusterdProcess, keepGlusterLogs, refuseStrangers } from '#services/volumes';
import { control } from './holdfastd/control.ts';
import { guardProcess, ownDeaths, recordGuard } from './holdfastd/guard.ts';
import { keepOwnMember } from './holdfastd/pair/keep-own-member.ts';
import { openPeerDoor, PeerCalls } from './holdfastd/pair/peer-door.ts';
import { refusalFacts } from './holdfastd/pair/refusal-facts.ts';
import { RESTART_EXIT, restartNode } from './holdfastd/pair/restart-node.ts';
import { makeProgress } from './holdfastd/progress.ts';
import { ownProcesses, runningStatus } from './holdfastd/status.ts';
import { programBeside } from './program.ts';
import { appStart, stopOnSignal } from './site-files.ts';
import { openSiteJournal } from './site-journal.ts';

const { site, folders, clock, log, ready } = appStart('witness');
const lock = tryLock(folders.supervisorLock);
if (lock.kind === 'busy') {
  log.error('another process keeps this witness', { pid: lock.holder.pid });
  process.exit(0);
}
function pairOf(): Pair {
  if (site.pair) return site.pair;
  throw new WorldError('Unsupported', `the site ${site.name} has one node, and no witness`);
}
const pair = pairOf();
const self = ownNode(site);
const startedAtMs = clock.now();
const { journal, events, audit } = openSiteJournal({ folders, process: 'witness', clock, log });
const cgroups = openCgroups();
const { system } = ensureSiteGroups(site, cgroups);
cgroups.addProcess(system, process.pid);
const records = openProcessRecords({ file: folders.processes, clock, log });
const supervisor = startSupervisor({ clock, log, events, records, cgroups, logFile: folders.log });
const deaths = ownDeaths(folders);
const byGuard = recordGuard({ records, startedBy: process.env.HOLDFAST_GUARD, parent: process.ppid, now: startedAtMs });
const progress = makeProgress(clock);
const certificates = followPki({ folder: folders.pki, clock, log });
const etcdOptions = () => etcdClientOptions({ pair, self }, certificates.pki);

const isReady = (): boolean => supervisor.states().some(({ name, phase }) => name === 'etcd' && phase === 'ready');
const phase = (): SitePhase => (isReady() ? 'Ready' : 'Starting');
const missing = (): readonly string[] => (isReady() ? [] : ['etcd']);
const processes = () => ownProcesses({ site, supervisor, startedAtMs, deaths });

async function letGo({ guarded = false } = {}): Promise<void> {
  if (!guarded) await supervisor.stop('guard');
  rolling.close();
  certificates.close();
  calls.close();
  glusterLogs.stop();
  witness.stop();
  supervisor.release();
  await Promise.all([liveness.close(), door.close(), files.close(), member.close()]);
  await journal.close();
  lock.kind === 'held' && lock.release();
}

async function* stop(): AsyncGenerator<SupervisorAnswer> {
  await audit({ act: 'stop', door: 'command-line', keepPods: false, outcome: 'begun' });
  await supervisor.stop('guard');
  await Promise.all([supervisor.stop('etcd'), supervisor.stop('glusterd')]);
  await letGo();
  yield { kind: 'done' };
  setImmediate(() => void server.close().then(() => process.exit(0)));
}

const elsewhere = (): never => {
  throw new WorldError('Unsupported', 'this is the witness of the site, which only votes', {
    cure: `ask one of its nodes: ${pair.nodes.map(({ name }) => name).join(', ')}`,
  });
};
const server = await serveLines(folders.supervisorSocket, (line) =>
  control(
    {
      status: async () =>
        runningStatus({
          ...{ site, folders, supervisor, startedAtMs, deaths, now: clock.now() },
          health: { phase: phase(), apiAnswers: false, readyNodes: new Set(), waitingFor: missing(), conditions: [] },
        }),
      watchStart: () => progress.watch(),
      stop: () => stop(),
      dismiss: elsewhere,
      ensure: elsewhere,
      access: elsewhere,
      clock: elsewhere,
      drills: { begin: elsewhere, end: elsewhere },
      usage: elsewhere,
      nodeRestart: { begin: elsewhere, state: elsewhere },
      forecast: elsewhere,
      refused: (refusal) => audit({ act: 'refused', door: 'command-line', ...refusal }),
    },
    line,
  ),
);
const liveness = await ready();
stopOnSignal(log, () => letGo());
if (byGuard && process.env.HOLDFAST_RESTARTED !== '1')
  events.add({
    type: 'Warning',
    subject: 'witness',
    reason: 'StartedAgain',
    message: 'it had ended, and was started again',
  });

// The address on the access network, and no way to the network between the nodes: members take the other one at once.
await keepAddress();
const refusals = await keepRefusals({
  ...{ log, nft: systemNft, file: folders.refusalsFile },
  facts: () => refusalFacts(site),
});
const declaring = { site, folders, program: programBeside(import.meta.filename), systemCgroup: system };
const volumesMember = { pair, self, folders, cgroups, path: PROGRAM_PATH, groupRoot: cgroupRoot(site) };
await refuseStrangers({ nft: systemNft, site, pair });
supervisor.run(glusterdProcess(volumesMember));
const glusterLogs = keepGlusterLogs({ folder: folders.gluster.logs, clock });
// Before the member is started: so it is known what it was started with.
const member = keepOwnMember({ site, pair, folders, supervisor, certificates, clock, log });
supervisor.run(etcdProcess({ pair, self, folders, path: PROGRAM_PATH, cgroup: system, ownClient: etcdOptions }));
supervisor.run(guardProcess(declaring, self, 'witness'));
const witness = keepWitness({
  ...{ self, clock, log, life: crypto.randomUUID(), etcd: etcdOptions() },
  hands: { refuse: (nodes) => refusals.refuse(nodes) },
});
const files = keepWitnessFiles({
  ...{ clock, log, data: folders.data, etcd: etcdOptions() },
  witnessKeys: witnessSealKeys(folders),
});
const calls = new PeerCalls({ pair, self, certificates, clock });
const door = await openPeerDoor({
  ...{ pair, self, certificates, clock },
  word: () => {
    const restartedFor = readTextIfPresent(folders.restartedFor);
    const runs = ['etcd', 'glusterd'].every((name) =>
      supervisor.states().some((state) => state.name === name && state.phase === 'ready'),
    );
    const said = { out: false, runs, status: { phase: phase(), processes: processes() } };
    return { ...said, ...(restartedFor !== undefined && { restartedFor }) };
  },
});
const rolling = keepRolling({
  ...{ self, clock, log, etcd: etcdOptions(), ask: elsewhere, look: elsewhere, handOver: elsewhere },
  leadership: () => undefined,
  workerOf: () => undefined,
  restartedFor: () => readTextIfPresent(folders.restartedFor),
  restart: async (id) => {
    const nothing = async (): Promise<void> => undefined;
    const letsGo = (): Promise<void> => letGo({ guarded: true });
    await restartNode({ id, folders, supervisor, log, endPods: nothing, leave: nothing, letGo: letsGo });
    process.exit(RESTART_EXIT);
  },
  told: (event) => events.add({ ...event, subject: self }),
});
void supervisor.ready('etcd').then(() => progress.phase('Ready', []));

async function keepAddress(): Promise<void> {
  const { access } = pair.witness;
  const links = await interfaceList();
  const has = links.some(({ addresses }) => addresses.some((address) => address.startsWith(`${access}/`)));
  const prefix = site.network.subnet.split('/')[1];
  if (!has)
    await ipBatch([`addr add ${access}/${prefix} dev ${pair.accessDevice}`, `link set ${pair.accessDevice} up`]);
}
