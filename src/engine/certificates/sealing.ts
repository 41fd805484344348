// Decides how the key that seals secrets is replaced by its next generation without a moment in which somebody meets what he cannot
// unseal: first the next one is known everywhere, then it seals and what is there is sealed anew, then the old one is dropped.
//
//   phase      seals     unseals             event   goes to    when
//   steady     current   current             renew   announced  -
//   announced  current   current, next       tick    resealing  it is on both nodes, and was seen there for `ANNOUNCE_LEAST_MS`
//   resealing  current   current, previous   tick    steady     it is on both nodes that it seals, and nothing is left that `previous` sealed
//
// Everything else changes nothing, or is refused with a reason. Generations only grow.
import { ANNOUNCE_LEAST_MS } from './limits.ts';

export type SealingState =
  | { readonly phase: 'steady'; readonly current: number }
  | { readonly phase: 'announced'; readonly current: number; readonly next: number }
  | { readonly phase: 'resealing'; readonly current: number; readonly previous: number };

export type SealingEvent =
  | { readonly kind: 'renew' }
  | {
      readonly kind: 'tick';
      /** How long the state was seen while it was everywhere. */
      readonly seenForMs: number;
      /** What is known of the keys here is known on the other node too. */
      readonly everywhere: boolean;
      /** Something may still be sealed with an earlier key. */
      readonly left: boolean;
    };

export type SealingStep =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'changed'; readonly state: SealingState }
  | { readonly kind: 'refused'; readonly reason: string };

/** How long a key seals: far fewer than the 2^32 texts that one key may seal at random nonces (NIST SP 800-38D section 8.3). */
const SEALING_LIFE_MS = 365 * 86_400_000;
export const sealingEndMs = (madeAtMs: number): number => madeAtMs + SEALING_LIFE_MS;
export const sealingRenewsAtMs = (madeAtMs: number): number => madeAtMs + (SEALING_LIFE_MS * 2) / 3;

export function sealingStep(state: SealingState, event: SealingEvent): SealingStep {
  if (event.kind === 'renew')
    return state.phase === 'steady'
      ? { kind: 'changed', state: { phase: 'announced', current: state.current, next: state.current + 1 } }
      : { kind: 'refused', reason: 'its replacement is under way already' };
  if (!event.everywhere) return { kind: 'unchanged' };
  if (state.phase === 'announced' && event.seenForMs >= ANNOUNCE_LEAST_MS)
    return { kind: 'changed', state: { phase: 'resealing', current: state.next, previous: state.current } };
  if (state.phase === 'resealing' && !event.left)
    return { kind: 'changed', state: { phase: 'steady', current: state.current } };
  return { kind: 'unchanged' };
}

/** Generations whose keys are known in a state, the one that seals first. */
export function sealingGenerations(state: SealingState): [number, ...number[]] {
  switch (state.phase) {
    case 'steady':
      return [state.current];
    case 'announced':
      return [state.current, state.next];
    case 'resealing':
      return [state.current, state.previous];
  }
}
