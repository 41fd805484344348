// What holdfastd's life before on this node held, found again: the numbers of its leases in a file, and until when what they give may go on
// from those who end it themselves. So a holdfastd that was killed and comes back at once costs neither pods nor control.
import type { SiteFolders } from '#model/site';
import { readJsonIfPresent, writeFileAtomic } from '#platform/disk';
import type { Watchdog, WatchdogState } from '#platform/watchdog';
import type { FailoverOptions } from '#services/failover';
import type { KubeWord } from './tell-kube.ts';

interface LeasesFile {
  /** Part of what the leadership holds in etcd. */
  readonly life: string;
  readonly node?: number;
  readonly control?: number;
}

export interface Lives {
  readonly life: string;
  readonly adopted: NonNullable<FailoverOptions['adopted']>;
  held(what: 'node' | 'control', id: number): void;
  /** As they are held now. */
  leases(): LeasesFile;
}

const ASK_AGAIN_MS = 50;
const ASK_TIMES = 20;

/** Undefined when there is none: then nothing has run here since the machine started, or there is nobody who would end it. */
async function watchdogState(watchdog: Watchdog): Promise<WatchdogState | undefined> {
  for (let times = 0; times < ASK_TIMES; times++)
    try {
      return await watchdog.state();
    } catch {
      // The connection is being made.
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  return undefined;
}

function readLeases(file: string): LeasesFile | undefined {
  try {
    return readJsonIfPresent<LeasesFile>(file);
  } catch {
    // Half a file of a life that ended in the middle: its leases end by themselves.
    return undefined;
  }
}

export async function takeUpLife(of: {
  readonly folders: SiteFolders;
  readonly kube: KubeWord;
  readonly watchdog: Watchdog;
}): Promise<Lives> {
  const { folders, kube, watchdog } = of;
  const before = readLeases(folders.leasesFile);
  const [said, guarded] = await Promise.all([kube.look(), before && watchdogState(watchdog)]);
  let leases: LeasesFile = before ?? { life: crypto.randomUUID() };
  const { state, id, untilMs } = guarded ?? {};
  const node = state === 'armed' && id !== undefined && untilMs !== undefined && { id, untilMs };
  const control = before?.control !== undefined &&
    said.untilMs !== undefined && { id: before.control, untilMs: said.untilMs };
  return {
    life: leases.life,
    leases: () => leases,
    adopted: { ...(node && { node }), ...(control && { control }) },
    held: (what, id) => {
      leases = { ...leases, [what]: id };
      writeFileAtomic(folders.leasesFile, JSON.stringify(leases));
    },
  };
}
