// Where the site may set the system clock, it is right whenever the site's time is vouched for; and it is only ever set to a time that
// somebody has said to the site since the machine started, or since the site was told in a start before.
import type { Life } from '../run.ts';
import { MINUTE_MS, SECOND_MS } from '../world.ts';
import type { Checker } from './checkers.ts';

const OFF_MS_MAX = 5 * SECOND_MS;

export function systemClock({ shared, site }: Life): Checker {
  let wasHeard = false;
  return {
    name: 'system-clock',
    saw(observation) {
      if (observation.kind === 'booted') wasHeard = false;
      if (observation.kind === 'sampled') wasHeard = true;
      if (observation.kind === 'system-set' && !wasHeard) return 'it was set, and nobody has said a time';
      const clock = site.view()?.clock;
      if (observation.kind !== 'step' || !clock || !shared.setsSystemClock) return undefined;
      const { doubt, basis } = clock.state;
      if (doubt || basis === 'system' || basis === 'ratchet') return undefined;
      const offMs = shared.machine.reading(shared.nowMs).systemMs - clock.now();
      return Math.abs(offMs) < OFF_MS_MAX ? undefined : `it is ${offMs} ms off the time of the site, which may set it`;
    },
    end() {
      const offMs = shared.machine.reading(shared.nowMs).systemMs - shared.nowMs;
      return !shared.setsSystemClock || Math.abs(offMs) < 2 * MINUTE_MS
        ? undefined
        : `at the end it is ${offMs} ms off`;
    },
  };
}
