// What who controls does about each other node.
//
//   seen of the node                               | it is       | orders
//   -----------------------------------------------+-------------+------------------------------------------
//   its lease lives, no fence                      | present     | none
//   no lease, no fence, control was taken or it    | awaited     | none
//     was let in less than a start ago, or it was  |             |
//     there a moment ago                           |             |
//   no lease, no fence, it left in order to come   | awaited     | none
//     back, not long ago                           |             |
//   no lease, no fence                             | lost        | write a fence
//   a fence that not every other voter carries out | fencing     | after a while: cut its power
//   a fence that holds                             | fenced      | lost: its pods start elsewhere
//   ... and it said that nothing of its old life   | returning   | lost still; once its time has come: lift
//       runs
//
// A node that was lost again and again is let in later each time.
import type { FailoverOrders, FailoverState, FailoverView, Fence, PeerPhase } from './contract.ts';
import { ABSENT_MS, ARRIVAL_MS, AWAY_MS, LOSSES_WITHIN_MS, POWER_AFTER_MS, RETURN_MS } from './limits.ts';
import { isFenced } from './majority.ts';

export interface PeerJudged {
  readonly node: string;
  readonly phase: PeerPhase;
  readonly reason: string;
  readonly orders: Partial<Pick<FailoverOrders, 'fence' | 'cutPower' | 'lost' | 'lift'>>;
}

export function judgePeers(state: FailoverState, view: FailoverView, nowMs: number): readonly PeerJudged[] {
  return view.nodes.filter((node) => node !== view.self).map((node) => judgePeer(node, { state, view, nowMs }));
}

interface Judging {
  readonly state: FailoverState;
  readonly view: FailoverView;
  readonly nowMs: number;
}

function judgePeer(node: string, { state, view, nowMs }: Judging): PeerJudged {
  const fence = view.seen?.fences.find((one) => one.node === node);
  if (fence) return judgeFenced(fence, { state, view, nowMs });
  if (view.seen?.present.includes(node)) return { node, phase: 'present', reason: 'it has its lease', orders: {} };
  const isFresh = (view.seen?.sentMs ?? Number.NEGATIVE_INFINITY) > state.takenMs;
  if (!isFresh || nowMs < arrivesByMs(node, state))
    return { node, phase: 'awaited', reason: 'it may be starting', orders: {} };
  if (nowMs - (state.absent[node] ?? nowMs) < ABSENT_MS)
    return { node, phase: 'awaited', reason: 'its lease ended just now', orders: {} };
  if (view.seen?.away?.includes(node) && nowMs - (state.absent[node] ?? nowMs) < AWAY_MS)
    return { node, phase: 'awaited', reason: 'it left in order, and comes back', orders: {} };
  return { node, phase: 'lost', reason: 'its lease ended', orders: { fence: [node] } };
}

/** Since when the other nodes are seen without their leases. */
export function absentSince({ absent }: FailoverState, { self, nodes, seen }: FailoverView, nowMs: number) {
  const gone = nodes.filter((node) => node !== self && seen !== undefined && !seen.present.includes(node));
  return Object.fromEntries(gone.map((node) => [node, absent[node] ?? nowMs]));
}

/** From whom control was just taken, does not start: it ran. Who was let in is given the time of a start again. */
function arrivesByMs(node: string, { takenMs, formerController, lifted }: FailoverState): number {
  const letInMs = lifted[node]?.atMs ?? Number.NEGATIVE_INFINITY;
  return Math.max(formerController === node ? takenMs : takenMs + ARRIVAL_MS, letInMs + ARRIVAL_MS);
}

function judgeFenced(fence: Fence, { state, view, nowMs }: Judging): PeerJudged {
  const { node } = fence;
  const lostMs = state.losses[node]?.at(-1) ?? state.takenMs;
  if (!isFenced(fence, view.voters)) {
    const missing = view.voters.filter((voter) => voter !== node && !fence.acks.includes(voter));
    const orders = nowMs - lostMs >= POWER_AFTER_MS ? { cutPower: [node] } : {};
    return { node, phase: 'fencing', reason: `${missing.join(', ')} may still take its writes`, orders };
  }
  if (view.returning[node] !== fence.epoch)
    return { node, phase: 'fenced', reason: 'nobody takes its writes', orders: { lost: [node] } };
  const isDue = nowMs - lostMs >= returnMs(state.losses[node] ?? [], nowMs);
  return {
    node,
    phase: 'returning',
    reason: 'nothing of its old life runs there any more',
    orders: isDue ? { lift: [node] } : { lost: [node] },
  };
}

export function returnMs(losses: readonly number[], nowMs: number): number {
  const recent = losses.filter((atMs) => nowMs - atMs < LOSSES_WITHIN_MS).length;
  return Math.min(RETURN_MS.max, RETURN_MS.first * 2 ** Math.max(0, recent - 1));
}
