// The status of a site, asked of holdfastd, or put together from its files when that does not run.
import { WorldError } from '#base';
import {
  GUARD_NAME,
  type MachineStatus,
  type ProcessStatus,
  type Site,
  type SiteCondition,
  type SiteFolders,
  type SiteStatus,
  SOFTWARE_VERSION,
} from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import { readJsonIfPresent } from '#platform/disk';
import { type ProcessIdentity, processMemory } from '#platform/process';
import { linkConditions } from './link-conditions.ts';
import { recordedProcesses } from './recorded-processes.ts';
import { openSite } from './site-file.ts';
import { type SiteStanding, siteStanding, standingConditions } from './site-standing.ts';
import { callSupervisor } from './supervisor-call.ts';

/** Errors: WorldError `NotFound` when there is no site. */
export async function siteStatus(of: { data: string; clock: Clock }): Promise<SiteStatus> {
  const { site, folders } = openSite(of.data);
  try {
    for await (const answer of callSupervisor(folders, { verb: 'status' }))
      if (answer.kind === 'status') return answer.status;
    throw new WorldError('Failed', 'holdfastd answered nothing', { cure: `read ${folders.log('holdfastd')}` });
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Unavailable') return unsupervisedStatus(site, folders, of.clock);
    throw error;
  }
}

interface Record_ {
  readonly identity: ProcessIdentity;
  readonly startedAtMs: number;
  readonly restarts: number;
}

function runningProcesses(site: Site, folders: SiteFolders): ProcessStatus[] {
  const recorded = Object.entries(recordedProcesses(folders));
  const records = recordsOf(folders);
  return recorded.map(([name, { pid }]) => ({
    name,
    node: site.machines[0]?.node ?? '',
    pid,
    ...processMemory(pid),
    restarts: records[name]?.restarts ?? 0,
    startedAt: rfc3339(records[name]?.startedAtMs ?? 0),
  }));
}

/** Nothing when the file is damaged: then processes are found by what they were started with. */
function recordsOf(folders: SiteFolders): Record<string, Record_> {
  try {
    return readJsonIfPresent<Record<string, Record_>>(folders.processes) ?? {};
  } catch {
    return {};
  }
}

/** Stopped, with or without pods that were kept; Degraded when our own processes run on without holdfastd. */
function unsupervisedStatus(site: Site, folders: SiteFolders, clock: Clock): SiteStatus {
  const processes = runningProcesses(site, folders);
  const isGuarded = processes.some(({ name }) => name === GUARD_NAME);
  const runsOn = processes.some((process) => !process.name.startsWith('containerd-'));
  const now = clock.now();
  const standing = siteStanding(folders, now);
  const unsupervised: SiteCondition = {
    type: 'Supervised',
    status: 'False',
    reason: 'HoldfastdGone',
    message: isGuarded
      ? 'holdfastd has ended; its guard starts it again'
      : 'holdfastd does not run; `holdfast up` starts it, and it takes over the processes that run',
    since: rfc3339(now),
  };
  return {
    ...siteOutline(site, folders, standing),
    phase: runsOn ? 'Degraded' : 'Stopped',
    processes,
    conditions: [
      ...(runsOn ? [unsupervised] : []),
      ...standingConditions(standing, now),
      ...linkConditions(folders, now),
    ],
  };
}

/** What a site's files alone say of its status. */
export function siteOutline(
  site: Site,
  folders: SiteFolders,
  { standing, connectivity }: SiteStanding,
): Omit<SiteStatus, 'phase' | 'processes' | 'conditions'> {
  return {
    site: site.name,
    version: SOFTWARE_VERSION,
    runtime: site.runtime,
    plane: standing.plane,
    connectivity: connectivity ?? {
      mode: standing.mode,
      since: site.createdAt,
      lastContact: null,
      graceDaysLeft: null,
    },
    nodes: [...new Set(site.machines.map((machine) => machine.node))].map((name) => ({
      name,
      address: site.pair?.nodes.find((node) => node.name === name)?.access ?? site.network.gateway,
      ready: false,
      holdsControl: false,
    })),
    machines: site.machines.map(
      (machine): MachineStatus => ({
        name: machine.name,
        node: machine.node,
        cluster: machine.cluster,
        role: machine.role,
        cpus: machine.cpuMillis / 1000,
        memoryBytes: machine.memoryBytes,
        state: 'Stopped',
        pinned: machine.pinned,
      }),
    ),
    clusters: site.clusters.map((cluster) => ({
      name: cluster.name,
      kubernetesVersion: cluster.kubernetesVersion,
      endpoint: `https://${site.network.apiAddress}:${site.ports.api}`,
      kubeconfig: folders.adminKubeconfig,
      ready: false,
    })),
    endpoints: {},
  };
}
