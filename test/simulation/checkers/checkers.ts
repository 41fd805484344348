// Everybody who watches a simulated life. A checker sees what happens and the ground truth; it decides by itself, not by the product's
// code, what may be, and says what is wrong.
import type { Life } from '../run.ts';
import type { Observation } from '../world.ts';
import { clockTruth } from './clock-truth.ts';
import { cron } from './cron.ts';
import { desiredState } from './desired-state.ts';
import { dials } from './dials.ts';
import { hubView } from './hub-view.ts';
import { identityKept } from './identity-kept.ts';
import { journalComplete } from './journal-complete.ts';
import { leases } from './leases.ts';
import { modes } from './modes.ts';
import { neverRefused } from './never-refused.ts';
import { ratchet } from './ratchet.ts';
import { renewals } from './renewals.ts';
import { shutOut } from './shut-out.ts';
import { systemClock } from './system-clock.ts';

export interface Checker<O = Observation> {
  readonly name: string;
  /** What is wrong. */
  saw(observation: O): string | undefined;
  /** What is wrong at the end, after days in which everything was well. */
  end?(): string | undefined;
}

export const CHECKERS: readonly ((life: Life) => Checker)[] = [
  neverRefused,
  modes,
  ratchet,
  clockTruth,
  journalComplete,
  hubView,
  identityKept,
  renewals,
  shutOut,
  systemClock,
  leases,
  cron,
  dials,
  desiredState,
];
