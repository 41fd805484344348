// Runs a drill on a site that is well, puts everything back whatever happens, and writes the report down.
import { WorldError } from '#base';
import { drillReport } from '#engine/drill';
import { DRILL_MS_MAX, type DrillName, type DrillReport, type SiteFolders } from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import { writeFileAtomic } from '#platform/disk';
import { clockOfFolder } from '../site-clock.ts';
import { openSite } from '../site-file.ts';
import { type BookedStep, openBook } from './book.ts';
import { certificateExpiry } from './certificate-expiry.ts';
import { clockJump } from './clock-jump.ts';
import { type Acts, drillBegin, drillEnd, runningStatus } from './drilling.ts';
import { linkLoss, refuseUnlessLinked } from './link-loss.ts';

const ACTS: Readonly<Record<DrillName, Acts>> = {
  'certificate-expiry': certificateExpiry,
  'clock-jump': clockJump,
  'link-loss': linkLoss,
};

export interface DrillRun {
  readonly report: DrillReport;
  /** Where the report is kept. */
  readonly file: string;
}

/** Errors: WorldError `NotFound` without a site, `Unavailable` when it is stopped, `Conflict` when it is not well already. */
export async function runDrill(of: {
  readonly drill: DrillName;
  readonly seed: number;
  readonly data: string;
  readonly clock: Clock;
  told(step: BookedStep): void;
}): Promise<DrillRun> {
  const { drill, seed, data } = of;
  const { site, folders } = openSite(data);
  await refuseUnlessWell(folders, data);
  if (drill === 'link-loss') await refuseUnlessLinked({ folders, clock: clockOfFolder(data, of.clock) });
  await drillBegin(folders, drill);
  const clock = clockOfFolder(data, of.clock);
  const book = openBook({ clock, told: of.told });
  const startedAt = rfc3339(clock.now());
  const began = clock.monotonicMs();
  await book.step(async () => {
    await Promise.race([ACTS[drill]({ site, folders, clock, seed, book }), tooLong(clock)]);
    return { holds: true, what: 'every step was taken' };
  });
  const restored = await isPutBack(folders);
  book.figure('drill', clock.monotonicMs() - began);
  const report = drillReport({ drill, seed, startedAt, steps: book.steps, figures: book.figures, restored });
  const file = `${folders.drillReports}/${startedAt}-${drill}.json`;
  writeFileAtomic(file, `${JSON.stringify(report, null, 2)}\n`);
  return { report, file };
}

function tooLong(clock: Clock): Promise<never> {
  return new Promise((_, reject) => {
    const message = `not over within ${DRILL_MS_MAX / 1000} s`;
    clock.after(DRILL_MS_MAX, () => reject(new WorldError('Unavailable', message)), { background: true });
  });
}

/** What is wrong already would be taken for the drill's doing. */
async function refuseUnlessWell(folders: SiteFolders, data: string): Promise<void> {
  const status = await runningStatus(folders).catch((error: unknown) => {
    if (!(error instanceof WorldError) || error.code !== 'Unavailable') throw error;
    throw new WorldError('Unavailable', `the site in ${data} does not run`, { cure: 'bring it up: holdfast up' });
  });
  if (status.phase !== 'Ready')
    throw new WorldError('Conflict', `the site is ${status.phase}; a drill needs one that is Ready`, {
      cure: 'see what it waits for: holdfast status',
    });
  const clockTrusted = status.conditions.find(({ type }) => type === 'ClockTrusted');
  if (clockTrusted?.status === 'False')
    throw new WorldError('Conflict', `the site's clock is in doubt already: ${clockTrusted.message}`, {
      cure: 'settle it first: holdfast clock',
    });
}

async function isPutBack(folders: SiteFolders): Promise<boolean> {
  try {
    await drillEnd(folders);
    return true;
  } catch {
    // The report says so; holdfastd tries on.
    return false;
  }
}
