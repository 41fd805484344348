// What everybody in a simulation shares: the true time, which nobody in it can read; randomness from the seed; the machine, its disk,
// and who watches. Whatever happens is told as an observation: to the checkers, and to the trace of the last events.
import type { Random } from '#base';
import type { JournalRecord } from '#model/link';
import type { TimeSource } from '#model/site';
import type { Disk } from './disk.ts';
import type { Machine } from './machine.ts';
import type { Rules } from './rules.ts';

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const YEAR_MS = 365.25 * DAY_MS;

export interface Word {
  readonly source: TimeSource;
  readonly timeMs: number;
  readonly uncertaintyMs: number;
  readonly isHonest: boolean;
}

export type Observation =
  | { readonly kind: 'refused'; readonly who: Credential; readonly problem: string }
  /** Somebody says a time to the site. */
  | ({ readonly kind: 'sampled' } & Word)
  /** The site has done what follows from that, and written down what it writes. */
  | ({ readonly kind: 'took' } & Word)
  | { readonly kind: 'undone' }
  | { readonly kind: 'booted'; readonly isHonest: boolean }
  | { readonly kind: 'started' }
  | { readonly kind: 'replanned'; readonly byMs: number }
  | { readonly kind: 'issued'; readonly name: string; readonly leftMs: number; readonly reason: string }
  | { readonly kind: 'rolled'; readonly line: string; readonly to: string }
  | { readonly kind: 'told'; readonly text: string }
  | { readonly kind: 'dialled' }
  /** A record of the journal is on the site's disk; `value`: of usage. */
  | {
      readonly kind: 'recorded';
      readonly stream: string;
      readonly sequence: number;
      readonly record: string;
      readonly value: number;
    }
  /** Somebody changed an object at the site; no value: he deleted it. */
  | { readonly kind: 'changed-here'; readonly object: string; readonly value: string; readonly plane: string }
  /** A job of the desired state has run to its end. */
  | { readonly kind: 'ran'; readonly object: string }
  | {
      readonly kind: 'applying';
      readonly object: string;
      readonly plane: string;
      readonly before: { readonly value: string; readonly isSame: boolean } | undefined;
    }
  /** Deleted, with the value that it had, or left to the site. */
  | { readonly kind: 'taken-away'; readonly object: string; readonly plane: string; readonly value: string | undefined }
  /** The hub has taken these in. */
  | { readonly kind: 'kept'; readonly stream: string; readonly records: readonly JournalRecord[] }
  /** The hub took a heartbeat; the site may not know it yet. */
  | { readonly kind: 'contact'; readonly sentMs: number }
  /** The site has written down that the hub took it. */
  | { readonly kind: 'acknowledged'; readonly sentMs: number }
  | { readonly kind: 'identity'; readonly what: 'enrolled' | 'renewed' | 'returned'; readonly endsMs: number }
  | { readonly kind: 'expired' }
  | { readonly kind: 'pending' }
  | { readonly kind: 'deactivated' }
  | { readonly kind: 'fault'; readonly text: string }
  /** Somebody came whose kubeconfig was taken back, and was let in. */
  | { readonly kind: 'let-in'; readonly name: string }
  /** The site has set the system clock. */
  | { readonly kind: 'system-set'; readonly toMs: number }
  /** The node is judged anew. */
  | { readonly kind: 'node'; readonly isLost: boolean }
  /** A cron job was started for that time, by the site's clock, or was found to have run for it. */
  | { readonly kind: 'cron'; readonly name: string; readonly scheduledMs: number; readonly isNew: boolean }
  /** Everything that was due has been done. */
  | { readonly kind: 'step' };

export interface Credential {
  /** agent: a short leaf of ours · foreign: judged by the system clock · person: somebody chose its life · pod: a token */
  readonly kind: 'agent' | 'foreign' | 'person' | 'pod';
  readonly name: string;
  readonly endMs: number;
}

/** A kubeconfig in somebody's hands, whose life somebody chose. */
export interface Kubeconfig {
  readonly name: string;
  readonly serialNumber: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly generation: number;
  /** Whether it was taken back; while that is asked for, either may be. */
  shutOut: 'no' | 'asked' | 'done';
}

export interface Shared {
  nowMs: number;
  /** Everything that was ever handed out. */
  readonly wallet: Kubeconfig[];
  /** Whether the site may set the system clock. */
  readonly setsSystemClock: boolean;
  readonly random: Random;
  readonly rules: Rules;
  readonly machine: Machine;
  readonly disk: Disk;
  see(observation: Observation): void;
}

/** A number in [from, to), most of them near `from`: spans of time are spread over orders of magnitude. */
export const spread = (random: Random, from: number, to: number): number =>
  Math.round(from * (to / from) ** random.next());

export const chance = (random: Random, of: number): boolean => random.next() < of;
