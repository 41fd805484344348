// When a site dials next, seen from the end of an outage in which every dial failed at once: told by the product's own plan, gone
// through from the moment when the link was lost, with the random numbers of the site.
import type { Random } from '#base';
import { HEARTBEAT_INTERVAL_MS } from '#model/link';
import { type LinkEvent, type LinkState, linkStep } from '../../src/services/link/link.plan.ts';

const OPEN: LinkState = {
  phase: 'open',
  dueMs: Number.POSITIVE_INFINITY,
  failures: 0,
  asked: 'nothing',
  beatDueMs: 0,
  ended: false,
};

export function nextDialAfterOutageMs(outageMs: number, random: Random): number {
  let nowMs = -outageMs;
  let state = OPEN;
  const step = (event: LinkEvent): void => {
    state = linkStep(state, event, { nowMs, random: random.next(), beatEveryMs: HEARTBEAT_INTERVAL_MS }).state;
  };
  step({ kind: 'failed' });
  while (state.dueMs < 0) {
    nowMs = state.dueMs;
    step({ kind: 'due' });
    step({ kind: 'failed' });
  }
  return state.dueMs;
}
