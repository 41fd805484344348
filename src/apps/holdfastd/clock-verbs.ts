// What holdfastd is asked about the site's time.
import { WorldError } from '#base';
import type { ClockStatus, SupervisorRequest } from '#model/site';
import type { Timekeeper } from '#services/timekeeping';

export type ClockRequest = Extract<
  SupervisorRequest,
  { verb: 'clock' | 'clock-confirm' | 'clock-sample' | 'clock-drill' }
>;

const SOURCES: readonly string[] = ['hub', 'ntp', 'peer', 'bundle'];

function finite(ms: number, what: string): number {
  if (typeof ms === 'number' && Number.isFinite(ms)) return ms;
  throw new WorldError('Invalid', `${what} must be a number of milliseconds`);
}

/** The clock after what was asked. Errors: WorldError `Conflict`, `Invalid`. */
export function answerClock(keeper: Timekeeper, request: ClockRequest): ClockStatus {
  switch (request.verb) {
    case 'clock':
      break;
    case 'clock-confirm':
      if (request.undo && request.timeMs !== undefined)
        throw new WorldError('Invalid', 'a time cannot be stated and taken back at once');
      if (request.undo) keeper.undo();
      else keeper.confirm(request.timeMs === undefined ? undefined : finite(request.timeMs, 'timeMs'));
      break;
    case 'clock-sample':
      if (!SOURCES.includes(request.source)) throw new WorldError('Invalid', `${request.source} vouches for no time`);
      keeper.sample(request.source, finite(request.timeMs, 'timeMs'), finite(request.roundTripMs, 'roundTripMs'));
      break;
    case 'clock-drill':
      keeper.shiftSystem(finite(request.shiftMs, 'shiftMs'));
      break;
  }
  return keeper.status();
}
