// What has surely passed never rises above what somebody vouched for and what has elapsed since by the machine's own count, whatever the
// system clock says, and never falls but by the operator's word.

import type { ClockState } from '#engine/clock';
import { ratchetTime } from '../../../src/engine/clock/line.ts';
import type { Life } from '../run.ts';
import { SECOND_MS } from '../world.ts';
import type { Checker } from './checkers.ts';

export function ratchet({ shared, site }: Life): Checker {
  /** The latest that it may stand at. */
  let mostMs = shared.nowMs;
  let lastMs = 0;
  let bootId = '';
  let bootMs = 0;
  let operatorSpoke = false;

  const elapse = (): void => {
    const reading = shared.machine.reading(shared.nowMs);
    mostMs += reading.bootId === bootId ? reading.bootMs - bootMs : reading.bootMs;
    bootId = reading.bootId;
    bootMs = reading.bootMs;
  };

  return {
    name: 'ratchet',
    saw(observation) {
      if (observation.kind === 'sampled') {
        elapse();
        mostMs = Math.max(mostMs, observation.timeMs);
        operatorSpoke ||= observation.source === 'operator';
      }
      if (observation.kind === 'undone') operatorSpoke = true;
      if (observation.kind !== 'step') return undefined;
      elapse();
      const saved = shared.disk.read<ClockState>('clock');
      const live = site.view()?.clock;
      if (!saved) return undefined;
      const standsAtMs = saved.ratchet.timeMs;
      const isFallen = standsAtMs < lastMs - SECOND_MS && !operatorSpoke;
      const fellTo = new Date(standsAtMs).toISOString();
      lastMs = standsAtMs;
      operatorSpoke = false;
      if (isFallen) return `it fell to ${fellTo}`;
      const highest = Math.max(standsAtMs, live ? ratchetTime(live.state, live.reading()) : 0);
      if (highest <= mostMs + 2 * SECOND_MS) return undefined;
      return `it stands at ${new Date(highest).toISOString()}, and no more than ${new Date(mostMs).toISOString()} was vouched for`;
    },
  };
}
