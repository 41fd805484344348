// The site's time for commands: asked of holdfastd, or, where the site is stopped, what it would start with.
import { WorldError } from '#base';
import { type ClockState, clockStart, clockStatus } from '#engine/clock';
import type { ClockStatus, SiteFolders } from '#model/site';
import { type Clock, machineTime, siteClock } from '#platform/clock';
import { readJsonIfPresent } from '#platform/disk';
import { bootId } from '#platform/process';
import { foldersOf, openSite } from './site-file.ts';
import { callSupervisor } from './supervisor-call.ts';

async function asked(
  folders: SiteFolders,
  request: { verb: 'clock' } | { verb: 'clock-confirm'; timeMs?: number; undo?: boolean },
): Promise<ClockStatus> {
  for await (const answer of callSupervisor(folders, request)) if (answer.kind === 'clock') return answer.clock;
  throw new WorldError('Failed', 'holdfastd answered nothing', { cure: `read ${folders.log('holdfastd')}` });
}

const isAway = (error: unknown): boolean => error instanceof WorldError && error.code === 'Unavailable';

/** Errors: WorldError `NotFound` when there is no site, `Corrupt`. */
export async function clockOfSite(data: string): Promise<{ readonly clock: ClockStatus; readonly running: boolean }> {
  const { folders } = openSite(data);
  try {
    return { clock: await asked(folders, { verb: 'clock' }), running: true };
  } catch (error) {
    if (!isAway(error)) throw error;
  }
  const now = { bootId: bootId(), bootMs: machineTime.bootMs(), systemMs: machineTime.systemMs() };
  const { state } = clockStart(readJsonIfPresent<ClockState>(folders.clockRatchet), now);
  return { clock: clockStatus(state, now), running: false };
}

/** The operator's word. Errors: WorldError `NotFound`, `Conflict`, `Invalid`, `Unavailable` when the site is stopped. */
export async function confirmClock(
  data: string,
  word: { readonly timeMs?: number; readonly undo?: boolean },
): Promise<ClockStatus> {
  const { folders } = openSite(data);
  try {
    return await asked(folders, { verb: 'clock-confirm', ...word });
  } catch (error) {
    if (!isAway(error)) throw error;
    throw new WorldError('Unavailable', 'the site does not run, so nobody keeps its time', {
      cure: 'holdfast up, then this command again',
    });
  }
}

/** The clock that a site's processes go by; `system` itself while it is stopped. */
export const clockOfFolder = (data: string, system: Clock): Clock =>
  siteClock({ file: foldersOf(data).clockFile, machine: { ...machineTime, systemMs: () => system.now() } });
