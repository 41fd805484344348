// What one node of a pair does, from its leases, from what the site was last seen to be, and from its own health. It never reads a
// clock, opens nothing, and answers orders that hold until the next step: whoever carries them out may be killed at any moment, and
// carries out the next ones. Time alone makes it give up what it holds, so the orders say until when they hold.
//
//   node      what happens                                      becomes   its pods
//   -------   -----------------------------------------------   -------   ---------------------------------
//   out       clean, no fence on it, wire whole, it got a lease  member    none run before
//   member    its lease is held                                 member    run until the lease ends
//   member    its lease ended, others can form a majority       killing   are killed
//   member    its lease ended, nobody can without it            holding   run on
//   member    the wire to the node that controls is cut         killing   are killed
//   holding   it got a lease again                              member    run on
//   holding   others can form a majority after all              killing   are killed
//   killing   nothing of it runs any more                       out       -
//
//   control      what happens                                      becomes      its API
//   ----------   -----------------------------------------------   ----------   -----------------------------
//   following    nobody leads, it is a member, fit, has rested     following    asks for the leadership
//   following    it holds the leadership                           taking       waits for whoever led before
//   taking       nobody else was seen to lead for a while          taking       serves until the lease ends
//   taking       it serves, and made progress since                controlling  serves until the lease ends
//   taking       no progress within its time                       stopping     stops; it rests before it asks again
//   controlling  it is to be handed over                           stopping     stops; it rests before it asks again
//   controlling  no progress for a while                           stopping     stops; it rests before it asks again
//   either       leadership or membership ended, or it is not fit  stopping     stops
//   stopping     its API has stopped                               following    hands the leadership back, if it has it
//
// The leadership decides who serves, and nothing else: losing it touches no pod. The node lease decides whose pods run. What is done
// about the other nodes stands in peers.ts, when nobody can take a node's place in majority.ts.
//
// Safety rests on etcd for two writes that must exclude each other: a node lease is given only while no fence on the node stands,
// and a fence is written only while the node has no lease; each compares both in one transaction, guarded by the leadership.
import type {
  ControlPhase,
  FailoverChange,
  FailoverOrders,
  FailoverState,
  FailoverStep,
  FailoverView,
  NodePhase,
} from './contract.ts';
import { isQuiet, quietAtStart, quietSince } from './former.ts';
import { isHeld, leaseEndsMs } from './leases.ts';
import { LOSSES_MAX, PROGRESS_MS, REST_MS, TAKING_MS_MAX, WIRE_MS } from './limits.ts';
import { othersCanDecide } from './majority.ts';
import { absentSince, judgePeers, type PeerJudged } from './peers.ts';

/** A node that has just started; `adopted`: only its program has, and what its life before held is held still. */
export const failoverStart = (nowMs: number, adopted: FailoverView['leases'] = {}): FailoverState => ({
  node: isHeld(adopted.node, nowMs) ? 'member' : 'out',
  control: 'following',
  sinceMs: nowMs,
  takenMs: nowMs,
  quiet: quietAtStart(adopted, nowMs),
  lifted: {},
  peers: {},
  absent: {},
  losses: {},
});

interface Phase<P> {
  readonly phase: P;
  readonly reason: string;
}

export function failoverStep(state: FailoverState, view: FailoverView, nowMs: number): FailoverStep {
  const node = nodePhase(state, view, nowMs);
  const control = controlPhase(state, view, { nowMs, node: node.phase });
  const changes = [changed('node', state.node, node), changed('control', state.control, control)].flat();
  const moved = advanced(state, view, { nowMs, node: node.phase, control: control.phase });
  if (!leads(control.phase))
    return { state: { ...moved, peers: {}, absent: {} }, orders: ownOrders(moved, view, nowMs), changes };
  const looked = { ...moved, absent: absentSince(moved, view, nowMs) };
  const judged = judgePeers(looked, view, nowMs);
  const next = remembered(looked, judged, { view, nowMs });
  return {
    state: next,
    orders: { ...ownOrders(next, view, nowMs), ...peerOrders(judged) },
    changes: [...changes, ...peerChanges(moved.peers, judged)],
  };
}

/** Resting leaves the leadership to another node; where there is none, it would only keep the site waiting. */
function hasRested(state: FailoverState, { seen, self }: FailoverView, nowMs: number): boolean {
  const isAlone = !seen?.present.some((node) => node !== self);
  return isAlone || nowMs - (state.restsFromMs ?? Number.NEGATIVE_INFINITY) >= REST_MS;
}

/** The wire between the nodes carries nothing, and the other one controls all the same, as was seen long after: who does not control
 * gives way, since what both write could not be kept together any more. One that is lost would not control by then. */
function isCutOff({ self, nodes, seen, health: { wireCutMs } }: FailoverView): boolean {
  if (wireCutMs === undefined || seen === undefined || seen.sentMs - wireCutMs < WIRE_MS) return false;
  return seen.controller !== undefined && seen.controller !== self && nodes.includes(seen.controller);
}

const leads = (control: ControlPhase): boolean => control === 'taking' || control === 'controlling';

const changed = (what: string, from: string, { phase, reason }: Phase<string>): FailoverChange[] =>
  from === phase ? [] : [{ what, from, to: phase, reason }];

function nodePhase(state: FailoverState, view: FailoverView, nowMs: number): Phase<NodePhase> {
  const isFencedOff = view.seen?.fences.some(({ node }) => node === view.self);
  const isCut = isCutOff(view);
  const held = isHeld(view.leases.node, nowMs) && !isFencedOff && !isCut;
  switch (state.node) {
    case 'out':
      return held && view.health.clean
        ? { phase: 'member', reason: 'it has its lease' }
        : { phase: 'out', reason: 'it has no lease' };
    case 'killing':
      return view.health.clean
        ? { phase: 'out', reason: 'nothing of it runs any more' }
        : { phase: 'killing', reason: 'something of it still runs' };
    case 'member':
    case 'holding': {
      if (isCut) return { phase: 'killing', reason: 'the wire to the node that controls is cut' };
      if (held) return { phase: 'member', reason: 'it has its lease again' };
      const { self, voters } = view;
      const fences = (view.seen?.fences ?? []).filter(({ node, epoch }) => epoch > (state.lifted[node]?.epoch ?? 0));
      return othersCanDecide({ self, voters, fences })
        ? { phase: 'killing', reason: 'its lease ended, and others can decide without it' }
        : { phase: 'holding', reason: 'its lease ended, and nobody can decide without it' };
    }
  }
}

function controlPhase(
  state: FailoverState,
  view: FailoverView,
  { nowMs, node }: { nowMs: number; node: NodePhase },
): Phase<ControlPhase> {
  const { leases, health } = view;
  const held = isHeld(leases.control, nowMs);
  if (state.control === 'stopping')
    return health.serving
      ? { phase: 'stopping', reason: 'its API still serves' }
      : { phase: 'following', reason: 'its API has stopped' };
  const obstacle = !held
    ? 'it does not have the leadership'
    : node !== 'member'
      ? 'it is no member'
      : health.fit
        ? undefined
        : 'it is not fit to lead';
  if (state.control === 'following') {
    if (obstacle !== undefined) return { phase: 'following', reason: obstacle };
    if (!hasRested(state, view, nowMs)) return { phase: 'following', reason: 'it rests' };
    return { phase: 'taking', reason: 'it has the leadership' };
  }
  if (obstacle !== undefined) return { phase: 'stopping', reason: obstacle };
  const progressMs = health.progressMs ?? Number.NEGATIVE_INFINITY;
  if (state.control === 'taking') {
    if (health.serving && progressMs > state.takenMs) return { phase: 'controlling', reason: 'it serves' };
    return nowMs - state.takenMs < TAKING_MS_MAX
      ? { phase: 'taking', reason: 'it starts to serve' }
      : { phase: 'stopping', reason: 'it did not begin to serve' };
  }
  if (view.handOver) return { phase: 'stopping', reason: 'control is handed over' };
  return nowMs - progressMs <= PROGRESS_MS
    ? { phase: 'controlling', reason: 'it makes progress' }
    : { phase: 'stopping', reason: 'its control plane makes no progress' };
}

/** What is remembered of one step for the next. */
function advanced(
  state: FailoverState,
  view: FailoverView,
  to: { readonly nowMs: number; readonly node: NodePhase; readonly control: ControlPhase },
): FailoverState {
  const { nowMs, node, control } = to;
  const moves = control !== state.control;
  const seen = view.seen?.controller;
  const { handsOver = false, ...rest } = state;
  const gives = state.control === 'controlling' && control === 'stopping' && view.handOver === true;
  const isGiving = gives || (handsOver && !leads(control));
  return {
    ...rest,
    ...(isGiving && { handsOver: true }),
    node,
    control,
    quiet: quietSince(state, view, nowMs),
    ...(moves && { sinceMs: nowMs }),
    ...(moves && control === 'taking' && { takenMs: nowMs }),
    ...(seen !== undefined && seen !== view.self && { formerController: seen }),
    ...(moves && control === 'stopping' && isHeld(view.leases.control, nowMs) && { restsFromMs: nowMs }),
  };
}

/** How the other nodes stand, losses that were found now, and fences whose lifting is ordered. */
function remembered(
  state: FailoverState,
  judged: readonly PeerJudged[],
  { view, nowMs }: { view: FailoverView; nowMs: number },
): FailoverState {
  const losses = { ...state.losses };
  const lifted = { ...state.lifted };
  for (const { node, phase, orders } of judged) {
    if (phase === 'lost' && state.peers[node] !== 'lost')
      losses[node] = [...(losses[node] ?? []), nowMs].slice(-LOSSES_MAX);
    const fence = view.seen?.fences.find((one) => one.node === node);
    if (orders.lift && fence) lifted[node] = { epoch: fence.epoch, atMs: nowMs };
  }
  return { ...state, losses, lifted, peers: Object.fromEntries(judged.map(({ node, phase }) => [node, phase])) };
}

const peerChanges = (before: FailoverState['peers'], judged: readonly PeerJudged[]): FailoverChange[] =>
  judged.flatMap(({ node, phase, reason }) => changed(node, before[node] ?? 'awaited', { phase, reason }));

/** What this node does about itself, and what every voter does about a node with a fence. */
function ownOrders(state: FailoverState, view: FailoverView, nowMs: number): FailoverOrders {
  const { self, health, leases, seen } = view;
  const fences = seen?.fences ?? [];
  const isUnfenced = fences.every(({ node }) => node !== self);
  // Beside another node it joins only when what both write is kept together.
  const isKept = health.wireCutMs === undefined || seen?.present.every((node) => node === self) === true;
  const mayJoin = state.node !== 'out' || (health.clean && isUnfenced && isKept);
  const isVacant = seen !== undefined && seen.controller === undefined;
  const mayLead = state.node === 'member' && health.fit && hasRested(state, view, nowMs);
  const serves = leads(state.control);
  const mayServe = state.control === 'controlling' || (state.control === 'taking' && isQuiet(state, nowMs));
  return {
    renewNode: state.node !== 'killing' && mayJoin,
    renewControl: serves,
    campaign: state.control === 'following' && mayLead && isVacant,
    resign: state.control === 'following' && seen?.controller === self,
    inOrder: state.handsOver === true && !health.serving,
    ...(mayServe && leases.control && { serveUntilMs: leaseEndsMs(leases.control) }),
    ...(state.node === 'member' && leases.node && { podsUntilMs: leaseEndsMs(leases.node) }),
    ...(state.node === 'holding' && { podsUntilMs: 'unbounded' as const }),
    refuse: fences.map(({ node }) => node).filter((node) => node !== self),
    fence: [],
    cutPower: [],
    lost: [],
    lift: [],
  };
}

function peerOrders(judged: readonly PeerJudged[]): Pick<FailoverOrders, 'fence' | 'cutPower' | 'lost' | 'lift'> {
  const all = (kind: keyof PeerJudged['orders']): string[] => judged.flatMap(({ orders }) => orders[kind] ?? []);
  return { fence: all('fence'), cutPower: all('cutPower'), lost: all('lost'), lift: all('lift') };
}
