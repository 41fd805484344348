// What is known of time, what may happen to it, and what is to be done then. All of it is plain data, so that it can be kept
// in a file and replayed.
import type { ClockDoubtKind, TimeSource } from '#model/site';

/** What the machine's clocks say at one moment. */
export interface ClockReading {
  /** Which boot the boot time counts from. */
  readonly bootId: string;
  /** Time since the machine started, sleep included; nothing can set it. */
  readonly bootMs: number;
  readonly systemMs: number;
}

/** The latest time that has surely passed: `timeMs` at `bootMs`, and growing with boot time from then on. */
export interface Ratchet {
  readonly timeMs: number;
  readonly bootMs: number;
  /** How far an oscillator may have driven it ahead of the truth. */
  readonly slackMs: number;
}

export interface ClockDoubt {
  readonly kind: ClockDoubtKind;
  /** Site time when it came up. */
  readonly sinceMs: number;
  /** By how much the reading in doubt is ahead of the site's time, when it came up. */
  readonly byMs: number;
  /** With kind `source`. */
  readonly source?: TimeSource;
}

export interface ClockState {
  readonly version: 1;
  readonly bootId: string;
  /** Site time is boot time plus this. */
  readonly siteMinusBootMs: number;
  /** Where the system clock stood when it was last accounted for. */
  readonly systemMinusBootMs: number;
  readonly basis: 'system' | 'ratchet' | TimeSource;
  readonly ratchet: Ratchet;
  /** Who last vouched for the site's time; `atMs` is site time. */
  readonly corroborated?: {
    readonly source: TimeSource;
    readonly atMs: number;
    readonly bootId: string;
    readonly bootMs: number;
  };
  readonly doubt?: ClockDoubt;
  /** After a jump: times that credentials may still be judged by, as distances from the site's time. */
  readonly leeway?: { readonly backMs: number; readonly aheadMs: number; readonly untilBootMs: number };
  /** What an operator last stated, so that it can be taken back. */
  readonly undo?: {
    readonly byMs: number;
    readonly ratchetBeforeMs: number;
    readonly ratchetAfterMs: number;
    readonly basis: ClockState['basis'];
    readonly corroborated?: ClockState['corroborated'];
  };
}

export type ClockEvent =
  /** Time has passed. */
  | { readonly kind: 'look' }
  | {
      readonly kind: 'sample';
      readonly source: Exclude<TimeSource, 'operator'>;
      readonly timeMs: number;
      readonly uncertaintyMs: number;
    }
  /** The operator accepts the tentative time, or states the true one. */
  | { readonly kind: 'confirm'; readonly timeMs?: number }
  | { readonly kind: 'undo' };

export type ClockAction =
  | { readonly do: 'tell'; readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }
  /** The site's time made a step: whoever planned by it plans again. */
  | { readonly do: 'replan'; readonly byMs: number }
  | { readonly do: 'save' }
  | { readonly do: 'refuse'; readonly code: 'Conflict' | 'Invalid'; readonly message: string; readonly cure: string };

export interface ClockStep {
  readonly state: ClockState;
  readonly actions: readonly ClockAction[];
}
