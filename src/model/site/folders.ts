// Where things stand in a site's data folder: <data>/{site.json,state,content,pki,logs,run}.
import { DATA_PATH_BYTES_MAX, LAB_PATH_BYTES_MAX } from './limits.ts';

/** The process that starts holdfastd again, as records, `status` and `logs` call it. */
export const GUARD_NAME = 'guard';

export interface SiteFolders {
  readonly data: string;
  readonly siteFile: string;
  /** Held while somebody opens, starts or destroys the site. */
  readonly lockFile: string;
  readonly state: string;
  readonly content: string;
  readonly pki: string;
  readonly logs: string;
  /** Sockets, process records, configurations: of no use after a reboot. */
  readonly run: string;
  readonly supervisorSocket: string;
  /** Where the process `services` is asked. */
  readonly servicesSocket: string;
  /** Where kube of a pair is told to serve, and until when. */
  readonly kubeSocket: string;
  /** Where the watchdog of a pair's node is told until when pods may run. */
  readonly watchdogSocket: string;
  /** There while this node of a pair controls. */
  readonly controlMark: string;
  /** The leases that this node of a pair holds, for the next life of holdfastd. */
  readonly leasesFile: string;
  /** There when the store of a site that was one of two nodes stands in its own database again. */
  readonly storeIsHome: string;
  /** What the running member of etcd was started with. */
  readonly etcdRecord: string;
  /** How far what an earlier key has sealed is sealed anew. */
  readonly resealFile: string;
  /** Whom this voter of a pair refuses. */
  readonly refusalsFile: string;
  /** The member of etcd of a pair's voter. */
  readonly etcd: string;
  /** Held by holdfastd while it lives. */
  readonly supervisorLock: string;
  /** How often holdfastd died: in a row, and in all. */
  readonly supervisorDeaths: string;
  /** There when holdfastd is about to end in order to be started again. */
  readonly supervisorRestart: string;
  /** The rolling restart for which this voter was restarted last. */
  readonly restartedFor: string;
  readonly guardScript: string;
  /** The boot that the run folder belongs to. */
  readonly bootFile: string;
  readonly processes: string;
  readonly eventsFile: string;
  readonly adminKubeconfig: string;
  /** Users and passwords of the registry. */
  readonly registryAccounts: string;
  /** What to trust as the CA of the doors. */
  readonly doorsAnchor: string;
  /** What `services` keeps of the link: identity, connectivity, what was applied. */
  readonly link: string;
  /** What the hub wants of the site, and what it has brought; written by `services` alone. */
  readonly desired: string;
  /** Plane and mode, written by `services` alone, read by every guard. */
  readonly connectivityFile: string;
  /** What stands against the link now, as `services` last told it. */
  readonly linkNotice: string;
  readonly settingsFile: string;
  /** What a drill that runs has changed; written by holdfastd alone. */
  readonly drillFile: string;
  /** Reports of drills. */
  readonly drillReports: string;
  /** What is known of time across reboots. */
  readonly clockRatchet: string;
  /** The site's time as every process reads it, written by holdfastd alone. */
  readonly clockFile: string;
  /** People: names, serial numbers, revocations. Never keys. */
  readonly usersFile: string;
  /** Everything that the site tells its hub, a folder a process. */
  readonly journals: string;
  /** How far each stream of the journal is delivered, as the hub last told. */
  readonly journalPositions: string;
  /** What one process tells the hub, kept until it is delivered. */
  journal(processName: string): string;
  /** Objects of a cluster. */
  clusterState(cluster: string): string;
  /** Everything of the machines; they mount things below. */
  readonly machines: string;
  machineState(machine: string): string;
  /** What the node agent of a machine keeps. */
  machineAgent(machine: string): string;
  /** Volumes of the class for volumes on a node. */
  machineVolumes(machine: string): string;
  machineRun(machine: string): string;
  /** Replicated volumes of a pair: what glusterd knows, a folder a brick, logs, sockets. */
  readonly gluster: { readonly state: string; readonly bricks: string; readonly logs: string; readonly run: string };
  /** Where replicated volumes show, a folder each. */
  readonly replicatedVolumes: string;
  log(processName: string): string;
  /** Socket on which the process answers, once it is ready, whoever asks whether it lives. */
  alive(processName: string): string;
  /** Why a process cannot start before somebody does something, as an answer on a socket. */
  failure(processName: string): string;
}

export function siteFolders(data: string): SiteFolders {
  return {
    data,
    siteFile: `${data}/site.json`,
    lockFile: `${data}/lock`,
    state: `${data}/state`,
    content: `${data}/content`,
    pki: `${data}/pki`,
    logs: `${data}/logs`,
    run: `${data}/run`,
    supervisorSocket: `${data}/run/holdfastd.sock`,
    servicesSocket: `${data}/run/services.sock`,
    kubeSocket: `${data}/run/kube.sock`,
    watchdogSocket: `${data}/run/watchdog.sock`,
    controlMark: `${data}/run/control`,
    leasesFile: `${data}/run/leases.json`,
    refusalsFile: `${data}/state/refused.json`,
    resealFile: `${data}/run/reseal.json`,
    storeIsHome: `${data}/run/store-is-home`,
    etcdRecord: `${data}/run/etcd.json`,
    etcd: `${data}/state/etcd`,
    supervisorLock: `${data}/run/holdfastd.lock`,
    supervisorDeaths: `${data}/run/holdfastd.deaths`,
    supervisorRestart: `${data}/run/holdfastd.restart`,
    restartedFor: `${data}/run/restarted-for`,
    guardScript: `${data}/run/guard.sh`,
    bootFile: `${data}/run/boot`,
    processes: `${data}/run/processes.json`,
    eventsFile: `${data}/logs/events.jsonl`,
    adminKubeconfig: `${data}/pki/admin.kubeconfig`,
    registryAccounts: `${data}/pki/registry-accounts.json`,
    doorsAnchor: `${data}/pki/front-doors/anchor.crt`,
    link: `${data}/state/link`,
    desired: `${data}/state/link/desired`,
    connectivityFile: `${data}/state/link/connectivity.json`,
    linkNotice: `${data}/run/link.json`,
    settingsFile: `${data}/state/settings.json`,
    drillFile: `${data}/state/drill.json`,
    drillReports: `${data}/logs/drills`,
    clockRatchet: `${data}/state/clock.json`,
    clockFile: `${data}/run/clock.json`,
    usersFile: `${data}/pki/users.json`,
    journals: `${data}/state/journal`,
    journalPositions: `${data}/state/link/journal.json`,
    journal: (processName) => `${data}/state/journal/${processName}`,
    clusterState: (cluster) => `${data}/state/clusters/${cluster}`,
    machines: `${data}/state/machines`,
    machineState: (machine) => `${data}/state/machines/${machine}`,
    machineAgent: (machine) => `${data}/state/machines/${machine}/agent`,
    machineVolumes: (machine) => `${data}/state/machines/${machine}/volumes`,
    machineRun: (machine) => `${data}/run/${machine}`,
    gluster: {
      state: `${data}/state/gluster`,
      bricks: `${data}/state/bricks`,
      logs: `${data}/logs/gluster`,
      run: `${data}/run/gluster`,
    },
    replicatedVolumes: `${data}/run/volumes`,
    log: (processName) => `${data}/logs/${processName}.log`,
    alive: (processName) => `${data}/run/${processName}.alive`,
    failure: (processName) => `${data}/run/${processName}.failed`,
  };
}

/** What is wrong with a data folder's path, or undefined. `lab`: three nodes stand in it. */
export function dataPathProblem(data: string, lab = false): string | undefined {
  if (!data.startsWith('/') || data === '/') return 'must be an absolute path other than /';
  if (/[\s,:"'\\]/.test(data)) return 'must not hold spaces, quotes, commas, colons or backslashes';
  const bytes = new TextEncoder().encode(data).length;
  const most = lab ? LAB_PATH_BYTES_MAX : DATA_PATH_BYTES_MAX;
  return bytes > most ? `is ${bytes} bytes long; at most ${most} leave room for the unix sockets below it` : undefined;
}
