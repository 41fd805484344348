// What every drill works with: the site, its time, its book, and what holdfastd is asked.
import { WorldError } from '#base';
import type { ClockStatus, DrillName, Site, SiteCondition, SiteFolders, SiteStatus } from '#model/site';
import type { Clock } from '#platform/clock';
import { ownIdentity } from '#platform/process';
import { callSupervisor } from '../supervisor-call.ts';
import type { Book } from './book.ts';

export interface Drilling {
  readonly site: Site;
  readonly folders: SiteFolders;
  /** The site's time. */
  readonly clock: Clock;
  readonly seed: number;
  readonly book: Book;
}

/** A drill's acts; whoever calls them has begun the drill, and puts everything back. */
export type Acts = (drilling: Drilling) => Promise<void>;

async function done(folders: SiteFolders, request: Parameters<typeof callSupervisor>[1]): Promise<void> {
  for await (const { kind } of callSupervisor(folders, request)) if (kind === 'done') return;
  throw new WorldError('Failed', `holdfastd has given no answer to ${request.verb}`);
}

/** From here on, what this drill changes is put back also when this process is killed. */
export const drillBegin = (folders: SiteFolders, drill: DrillName): Promise<void> =>
  done(folders, { verb: 'drill-begin', drill, owner: ownIdentity() });

export const drillEnd = (folders: SiteFolders): Promise<void> =>
  done(folders, { verb: 'drill-end', owner: ownIdentity() });

/** What holdfastd makes of its time once the system clock seems to stand elsewhere. */
export async function clockShifted(folders: SiteFolders, shiftMs: number): Promise<ClockStatus> {
  for await (const answer of callSupervisor(folders, { verb: 'clock-drill', shiftMs }))
    if (answer.kind === 'clock') return answer.clock;
  throw new WorldError('Failed', 'holdfastd has given no answer to clock-drill');
}

/** Site time minus what holdfastd takes the system clock for. */
export async function clockOffMs(folders: SiteFolders): Promise<number> {
  for await (const answer of callSupervisor(folders, { verb: 'clock' }))
    if (answer.kind === 'clock') return answer.clock.offsetMs;
  throw new WorldError('Failed', 'holdfastd has given no answer to clock');
}

export async function runningStatus(folders: SiteFolders): Promise<SiteStatus> {
  for await (const answer of callSupervisor(folders, { verb: 'status' }))
    if (answer.kind === 'status') return answer.status;
  throw new WorldError('Failed', 'holdfastd has given no answer to status');
}

export async function conditionOf(folders: SiteFolders, type: string): Promise<SiteCondition | undefined> {
  return (await runningStatus(folders)).conditions.find((condition) => condition.type === type);
}
