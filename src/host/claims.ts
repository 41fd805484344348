// What the sites of this machine share and have claimed: subnets, and ports of the loopback address. A file each, which holds the
// data folder of the site; gone after a reboot, when the machine itself is asked again. A claim outlives a stop of its site, so a
// site that is down, or whose process was just killed, finds its place free when it comes back.
import type { Clock } from '#platform/clock';
import { folderChangedMs, isPresent, listFolder, readTextIfPresent, removeTree, writeIfAbsent } from '#platform/disk';
import { sharedRunFolder } from '#platform/process';
import { SITE_MADE_MS } from './limits.ts';

const KINDS = ['subnets', 'ports'] as const;
type ClaimKind = (typeof KINDS)[number];

const folderOf = (kind: ClaimKind): string => `${sharedRunFolder()}/${kind}`;
const fileOf = (kind: ClaimKind, what: string): string => `${folderOf(kind)}/${what.replace('/', '_')}`;

/** The data folder of whoever has it. */
export const claimedBy = (kind: ClaimKind, what: string): string | undefined => readTextIfPresent(fileOf(kind, what));

export interface Claimant {
  /** The data folder of the site. */
  readonly data: string;
  readonly clock: Clock;
}

/** False when another site has it, one that exists or is being made. */
export function claim(kind: ClaimKind, what: string, { data, clock }: Claimant): boolean {
  const file = fileOf(kind, what);
  if (writeIfAbsent(file, data)) return true;
  const holder = claimedBy(kind, what);
  if (holder === data) return true;
  if (holder !== undefined && isPresent(`${holder}/site.json`)) return false;
  if (Math.abs(clock.now() - folderChangedMs(file)) < SITE_MADE_MS) return false;
  removeTree(file);
  return writeIfAbsent(file, data);
}

/** Gives back all that a site has. */
export function releaseClaims(data: string): void {
  for (const kind of KINDS)
    for (const name of listFolder(folderOf(kind)))
      if (readTextIfPresent(`${folderOf(kind)}/${name}`) === data) removeTree(`${folderOf(kind)}/${name}`);
}
