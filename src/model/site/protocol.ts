// What holdfastd is asked and answers over its unix socket: one JSON line a request, JSON lines back, then the end.
import type { Refusal } from '#base';
import type { AccessAnswer, AccessRequest } from './access.ts';
import type { ClockStatus, TimeSource } from './clock.ts';
import type { DrillName, DrillOwner } from './drill.ts';
import type { PairForecast } from './forecast.ts';
import type { NodeRestart } from './node-restart.ts';
import type { SitePhase, SiteStatus } from './status.ts';
import type { UsageSum } from './usage.ts';

/** Raised when a request or an answer changes its meaning; holdfastd refuses others. */
export const PROTOCOL_VERSION = 1;

export type SupervisorRequest = { readonly version: number } & (
  | { readonly verb: 'status' }
  /** Progress from the beginning of this run until the site is Ready. */
  | { readonly verb: 'watch-start' }
  /** Ends the processes in order and then holdfastd itself; `keepPods` leaves what pods need. */
  /** `leavesPair`: the other voters have left for good, so pods may stay without a lease. */
  | { readonly verb: 'stop'; readonly keepPods: boolean; readonly leavesPair?: boolean }
  /** Takes voters out of etcd for good; `dead` is one of them that cannot be asked. */
  | { readonly verb: 'dismiss'; readonly voters: readonly string[]; readonly dead?: string }
  /** Starts a process that is started only when needed; answered when it is ready. */
  | { readonly verb: 'ensure'; readonly process: string }
  /** What the loss of each node would cost. */
  | { readonly verb: 'forecast' }
  /** Begins to restart the nodes of a pair and its witness one after the other, or the one with this name. */
  | { readonly verb: 'node-restart'; readonly name?: string; readonly drainMs: number }
  | { readonly verb: 'node-restart-show' }
  /** What the site used, as far as its journal still has it. */
  | { readonly verb: 'usage' }
  /** The guard of the command line refused something: it goes into the audit. */
  | { readonly verb: 'told-refusal'; readonly operation: string; readonly plane: string; readonly mode: string }
  | AccessRequest
  | { readonly verb: 'clock' }
  /** The operator's word on the time: the tentative one is accepted, or `timeMs` stated (milliseconds since 1970), or what is
   * tentative dropped and what was stated last taken back. */
  | { readonly verb: 'clock-confirm'; readonly timeMs?: number; readonly undo?: boolean }
  /** Somebody vouches for a time, which came over a way there and back of `roundTripMs`. */
  | {
      readonly verb: 'clock-sample';
      readonly source: Exclude<TimeSource, 'operator'>;
      readonly timeMs: number;
      readonly roundTripMs: number;
    }
  /** For drills: the system clock is taken to be this much off what it says, until holdfastd ends. */
  | { readonly verb: 'clock-drill'; readonly shiftMs: number }
  /** A drill is about to change something: written down, so that it is put back whatever becomes of its owner. */
  | { readonly verb: 'drill-begin'; readonly drill: DrillName; readonly owner: DrillOwner }
  /** Puts everything back that the owner's drill changed; answered when that is done. */
  | { readonly verb: 'drill-end'; readonly owner: DrillOwner }
);

export type SupervisorAnswer =
  | { readonly kind: 'status'; readonly status: SiteStatus }
  | { readonly kind: 'step'; readonly step: string; readonly tookMs: number }
  | { readonly kind: 'phase'; readonly phase: SitePhase; readonly waitingFor: readonly string[] }
  /** Null: of one node, or nobody has worked it out yet. */
  | { readonly kind: 'forecast'; readonly forecast: PairForecast | null }
  /** Null: there was none yet. */
  | { readonly kind: 'node-restart'; readonly restart: NodeRestart | null }
  | { readonly kind: 'usage'; readonly days: readonly UsageSum[] }
  | AccessAnswer
  | { readonly kind: 'clock'; readonly clock: ClockStatus }
  | { readonly kind: 'done' }
  | {
      readonly kind: 'error';
      readonly code: string;
      readonly message: string;
      readonly cure?: string;
      readonly refusal?: Refusal;
    };
