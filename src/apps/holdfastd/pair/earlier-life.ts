// What holdfastd's life before on this node held, found again: the numbers of its leases in a file, and until when what they give may go on
// from those who end it themselves. So a holdfastd that was killed and comes back at once costs neither pods nor control.
import type { SiteFolders } from '#model/site';
import { readJsonIfPresent, writeFileAtomic } from '#platform/disk';
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
  /** Until when pods may run, as whoever ends them was told last. */
  podsUntilMs(): Promise<number | undefined>;
}): Promise<Lives> {
  const { folders, kube } = of;
  const before = readLeases(folders.leasesFile);
  const [said, podsUntilMs] = await Promise.all([kube.look(), of.podsUntilMs()]);
  let leases: LeasesFile = before ?? { life: crypto.randomUUID() };
  const node = before?.node !== undefined && podsUntilMs !== undefined && { id: before.node, untilMs: podsUntilMs };
  const control = before?.control !== undefined &&
    said.untilMs !== undefined && { id: before.control, untilMs: said.untilMs };
  return {
    life: leases.life,
    adopted: { ...(node && { node }), ...(control && { control }) },
    held: (what, id) => {
      leases = { ...leases, [what]: id };
      writeFileAtomic(folders.leasesFile, JSON.stringify(leases));
    },
  };
}
