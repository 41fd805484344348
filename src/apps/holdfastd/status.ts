// The status of a running site, put together from what the supervisor and the API say.
import { linkConditions, siteOutline, siteStanding, standingConditions } from '#host';
import { ownNode, type ProcessStatus, type Site, type SiteFolders, type SiteStatus, WITNESS_NAME } from '#model/site';
import { rfc3339 } from '#platform/clock';
import { processMemory } from '#platform/process';
import type { Supervisor } from '#services/supervisor';
import type { OwnDeaths } from './guard.ts';
import type { Health } from './health.ts';

interface Own {
  readonly site: Site;
  readonly supervisor: Supervisor;
  readonly startedAtMs: number;
  readonly deaths: OwnDeaths;
}

/** holdfastd and what it keeps. */
export function ownProcesses({ site, supervisor, startedAtMs, deaths }: Own): readonly ProcessStatus[] {
  const own: ProcessStatus = {
    name: ownNode(site) === WITNESS_NAME ? WITNESS_NAME : 'holdfastd',
    node: ownNode(site),
    pid: process.pid,
    ...processMemory(process.pid),
    restarts: deaths.inAll,
    startedAt: rfc3339(startedAtMs),
  };
  const kept = supervisor.states().flatMap((state): ProcessStatus[] =>
    state.pid === undefined
      ? []
      : [
          {
            name: state.name,
            node: state.node,
            pid: state.pid,
            ...processMemory(state.pid),
            restarts: state.restarts,
            startedAt: rfc3339(state.startedAtMs ?? 0),
          },
        ],
  );
  return [own, ...kept];
}

export function runningStatus(of: Own & { folders: SiteFolders; health: Health; now: number }): SiteStatus {
  const { site, folders, health, now } = of;
  const standing = siteStanding(folders, now);
  const outline = siteOutline(site, folders, standing);
  const processes = ownProcesses(of);
  const runs = (name: string): boolean => processes.some((process) => process.name === name);
  return {
    ...outline,
    phase: health.phase,
    nodes: outline.nodes.map((node) => ({ ...node, ready: health.phase === 'Ready', holdsControl: health.apiAnswers })),
    machines: outline.machines.map((machine) => ({
      ...machine,
      state: health.readyNodes.has(machine.name) ? 'Running' : health.phase === 'Starting' ? 'Starting' : 'NotReady',
    })),
    clusters: outline.clusters.map((cluster) => ({ ...cluster, ready: health.apiAnswers })),
    endpoints: runs('services') ? { registry: `${site.network.doorAddress}:${site.ports.registry}` } : {},
    processes,
    conditions: [...health.conditions, ...standingConditions(standing, now), ...linkConditions(folders, now)],
  };
}
