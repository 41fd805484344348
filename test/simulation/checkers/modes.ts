// The mode is what the table says, computed from the true time since the hub last took a heartbeat: exactly whenever the site's clock is
// right, and in every case within what one process knows by itself.
import type { Life } from '../run.ts';
import { DAY_MS, MINUTE_MS } from '../world.ts';
import type { Checker } from './checkers.ts';

/** How far the site's clock may be off for its mode to be judged by the truth. */
const RIGHT_MS = 2 * MINUTE_MS;
/** Around the edge of a mode, either is right. */
const EDGE_MS = 5 * MINUTE_MS;

const tableMode = (sinceMs: number): string =>
  sinceMs < 15 * MINUTE_MS ? 'Connected' : sinceMs < 30 * DAY_MS ? 'SemiConnected' : 'Disconnected';

export function modes({ shared, site }: Life): Checker {
  let contactMs: number | undefined;
  /** One that the hub took, and that a crash may have kept the site from writing down. */
  let takenMs: number | undefined;
  /** How far the site's clock was off when it last knew how long ago the contact was. */
  let errorAtContactMs = 0;
  let sameProcess = false;
  const errorMs = (): number => (site.view()?.clock.now() ?? 0) - shared.nowMs;

  return {
    name: 'modes',
    saw(observation) {
      if (observation.kind === 'started') sameProcess = false;
      if (observation.kind === 'contact') takenMs = observation.sentMs;
      if (observation.kind === 'acknowledged') {
        contactMs = observation.sentMs;
        takenMs = contactMs;
        sameProcess = true;
        errorAtContactMs = errorMs();
      }
      const view = site.view();
      if (observation.kind !== 'step' || !view) return undefined;
      const { mode, plane } = view.facts();
      if (plane === 'hub' && mode === 'NotActivated') return 'the hub has a plane of a site that it never had';
      const isJoined = site.identity !== undefined && contactMs !== undefined;
      if (!isJoined || contactMs === undefined)
        return mode === 'NotActivated' ? undefined : `${mode}, and it never had a hub`;
      if (sameProcess) errorAtContactMs = errorMs();
      const sinceMs = shared.nowMs - contactMs;
      const isRight = Math.abs(errorMs()) < RIGHT_MS && Math.abs(errorAtContactMs) < RIGHT_MS;
      if (!isRight && !sameProcess) return undefined;
      if ([15 * MINUTE_MS, 30 * DAY_MS].some((edgeMs) => Math.abs(sinceMs - edgeMs) < EDGE_MS + sinceMs * 2e-4))
        return undefined;
      const expected = tableMode(sinceMs);
      if (takenMs !== undefined && mode === tableMode(shared.nowMs - takenMs)) return undefined;
      return mode === expected
        ? undefined
        : `${mode}, and the hub was heard ${Math.round(sinceMs / MINUTE_MS)} min ago`;
    },
  };
}
