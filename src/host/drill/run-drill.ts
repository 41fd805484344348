// Runs a drill on a site that is well, puts everything back whatever happens, and writes the report down.
import { WorldError } from '#base';
import { drillReport } from '#engine/drill';
import {
  DRILL_MS_MAX,
  type DrillName,
  type DrillReport,
  isPairDrill,
  type PairDrillName,
  type SiteFolders,
} from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import { writeFileAtomic } from '#platform/disk';
import { clockOfFolder } from '../site-clock.ts';
import { openSite } from '../site-file.ts';
import { type BookedStep, openBook } from './book.ts';
import { certificateExpiry } from './certificate-expiry.ts';
import { clockJump } from './clock-jump.ts';
import { type Acts, type Drilling, drillBegin, drillEnd } from './drilling.ts';
import { PAIR_DRILL_MS_MAX } from './limits.ts';
import { linkLoss } from './link-loss.ts';
import { cutWire, loseNode } from './pair/node-loss.ts';
import { type PairActs, planPairDrill, refuseNode } from './pair/plan-pair-drill.ts';
import { loseWitness } from './pair/witness-loss.ts';
import { refuseUnlessLinked, refuseUnlessWell } from './refusals.ts';

type AloneDrillName = Exclude<DrillName, PairDrillName>;

const ACTS: Readonly<Record<AloneDrillName, Acts>> = {
  'certificate-expiry': certificateExpiry,
  'clock-jump': clockJump,
  'link-loss': linkLoss,
};
const PAIR_ACTS: Readonly<Record<PairDrillName, PairActs>> = {
  'node-loss': loseNode,
  'wire-cut': cutWire,
  'witness-loss': loseWitness,
};

export interface DrillRun {
  readonly report: DrillReport;
  /** Where the report is kept. */
  readonly file: string;
}

export interface DrillAsked {
  readonly drill: DrillName;
  readonly seed: number;
  /** The node that is lost, in `node-loss`; the one that does not control unless it is named. */
  readonly node?: string;
  readonly data: string;
  readonly clock: Clock;
  told(step: BookedStep): void;
}

interface Planned {
  readonly folders: SiteFolders;
  readonly msMax: number;
  act(drilling: Drilling): Promise<void>;
}

/** Errors: WorldError `NotFound` without a site, `Unavailable` when it is stopped, `Conflict` when it is not well already, `Unsupported`
 * for a drill that this site cannot have, `Invalid`. */
export async function runDrill(of: DrillAsked): Promise<DrillRun> {
  const { drill, seed, data } = of;
  const { site } = openSite(data);
  const clock = clockOfFolder(data, of.clock);
  const { folders, msMax, act } = await plan(of, clock);
  await drillBegin(folders, drill);
  const book = openBook({ clock, told: of.told });
  const startedAt = rfc3339(clock.now());
  const began = clock.monotonicMs();
  await book.step(async () => {
    await Promise.race([act({ site, folders, clock, seed, book }), tooLong(clock, msMax)]);
    return { holds: true, what: 'every step was taken' };
  });
  const restored = await isPutBack(folders);
  book.figure('drill', clock.monotonicMs() - began);
  const report = drillReport({ drill, seed, startedAt, steps: book.steps, figures: book.figures, restored });
  const file = `${folders.drillReports}/${startedAt}-${drill}.json`;
  writeFileAtomic(file, `${JSON.stringify(report, null, 2)}\n`);
  return { report, file };
}

/** What will be done, once nothing speaks against it. */
async function plan({ drill, node, data }: DrillAsked, clock: Clock): Promise<Planned> {
  if (isPairDrill(drill)) {
    const found = await planPairDrill({ drill, data, clock, ...(node !== undefined && { node }) });
    const act = PAIR_ACTS[drill];
    return {
      folders: found.keeper.folders,
      msMax: PAIR_DRILL_MS_MAX,
      act: (drilling) => act({ ...drilling, plan: found }),
    };
  }
  refuseNode(drill, node);
  const { folders } = openSite(data);
  await refuseUnlessWell(folders, data);
  if (drill === 'link-loss') await refuseUnlessLinked({ folders, clock });
  return { folders, msMax: DRILL_MS_MAX, act: ACTS[drill] };
}

function tooLong(clock: Clock, msMax: number): Promise<never> {
  return new Promise((_, reject) => {
    const message = `not over within ${msMax / 1000} s`;
    clock.after(msMax, () => reject(new WorldError('Unavailable', message)), { background: true });
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
