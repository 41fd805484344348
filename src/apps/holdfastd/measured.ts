// What is measured of a running site: what its clusters use, and how its processes, disk and conditions are.
import { imageList, siteSettings, siteStanding } from '#host';
import { type SiteFolders, type SiteStatus, settingNow } from '#model/site';
import { diskBytes, diskFreeBytes } from '#platform/disk';
import { processCpuSeconds } from '#platform/process';
import type { AskCluster } from '#services/infrastructure';
import type { Measured } from '#services/journal';

type PodList = { readonly items?: readonly { readonly status?: { readonly phase?: string } }[] };

/** Pods by phase; undefined while the API does not answer. */
async function podsOf(ask: AskCluster): Promise<Record<string, number> | undefined> {
  try {
    const { status, body } = await ask('GET', '/api/v1/pods?resourceVersion=0');
    if (status !== 200) return undefined;
    const phases: Record<string, number> = {};
    for (const pod of (body as PodList).items ?? []) {
      const phase = pod.status?.phase ?? 'Unknown';
      phases[phase] = (phases[phase] ?? 0) + 1;
    }
    return phases;
  } catch {
    return undefined;
  }
}

/** Bytes of images; what images share counts in each. 0 while the registry does not answer. */
async function imageBytesOf(folders: SiteFolders): Promise<number> {
  try {
    return (await imageList(folders)).reduce((sum, { bytes }) => sum + bytes, 0);
  } catch {
    // Stopped, or on its way up.
    return 0;
  }
}

export async function measuredNow(of: {
  status: SiteStatus;
  folders: SiteFolders;
  ask: AskCluster;
}): Promise<Measured> {
  const { status, folders } = of;
  const [pods, imageBytes] = await Promise.all([podsOf(of.ask), imageBytesOf(folders)]);
  const clusters = status.clusters.map(({ name }, i) => {
    const own = status.machines.filter((machine) => machine.cluster === name && machine.state === 'Running');
    return [
      name,
      {
        vcpus: own.reduce((sum, { cpus }) => sum + cpus, 0),
        memoryBytes: own.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
        // The API that was asked is that of the site's own cluster.
        pods: i === 0 ? (pods?.Running ?? 0) : 0,
      },
    ] as const;
  });
  return {
    use: { clusters: Object.fromEntries(clusters), imageBytes },
    telemetry: {
      phase: status.phase,
      ...(pods && { pods }),
      imageBytes,
      disk: { bytes: diskBytes(folders.data), freeBytes: diskFreeBytes(folders.data) },
      processes: Object.fromEntries(
        status.processes.map(({ name, pid, pssBytes, restarts }) => [
          name,
          { pssBytes, restarts, cpuSeconds: processCpuSeconds(pid) },
        ]),
      ),
      troubles: status.conditions
        .filter((one) => one.status !== 'True')
        .map(({ type, reason }) => `${type}: ${reason}`),
    },
  };
}

/** Wanted by the settings, as long as there is a hub that it is for. */
export function telemetryIsOn(folders: SiteFolders, now: number): boolean {
  if (siteStanding(folders, now).standing.mode === 'NotActivated') return false;
  const { settings, problems } = siteSettings(folders);
  // In a file that is not whole, a no may have stood.
  return problems.length > 0 ? settings.telemetry === true : settingNow<boolean>(settings, 'telemetry');
}
