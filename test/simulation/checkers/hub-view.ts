// What the hub shows of a site is true by its own clock: connected when it heard it within a quarter of an hour, expired when the identity
// that it gave last has ended.
import type { Life } from '../run.ts';
import { MINUTE_MS } from '../world.ts';
import type { Checker } from './checkers.ts';

const EDGE_MS = 2 * MINUTE_MS;

export function hubView({ shared, hub, site }: Life): Checker {
  let contactMs: number | undefined;
  /** A restored or restarted hub forgets some contacts; the next one puts it right. */
  let hasForgotten = false;
  let clockErrorMs = 0;
  return {
    name: 'hub-view',
    saw(observation) {
      if (observation.kind === 'contact' && site.identity) {
        contactMs = observation.sentMs;
        clockErrorMs = hub.clockErrorMs;
        hasForgotten = false;
      }
      if (observation.kind === 'identity' && observation.what === 'enrolled') contactMs = undefined;
      if (observation.kind === 'fault' && /hub-restore|"hub"/.test(observation.text)) hasForgotten = true;
      if (observation.kind !== 'step' || contactMs === undefined || hasForgotten) return undefined;
      if (hub.clockErrorMs !== clockErrorMs || hub.site === undefined) return undefined;
      const sinceMs = shared.nowMs - contactMs;
      if (Math.abs(sinceMs - 15 * MINUTE_MS) < EDGE_MS) return undefined;
      const isOver = hub.now() >= hub.site.endMs;
      const expected = isOver ? 'Expired' : sinceMs < 15 * MINUTE_MS ? 'Connected' : 'Offline';
      const status = hub.status();
      return status === expected || hub.site.contactMs === 0
        ? undefined
        : `the hub shows ${status}, and it is ${expected}`;
    },
    end() {
      if (!site.identity) return undefined;
      return hub.status() === 'Connected' ? undefined : `at the end the hub shows ${hub.status()}`;
    },
  };
}
