// The tables of failover, walked; majorities; and how long a node that keeps being lost is kept waiting.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ControlPhase, FailoverState, FailoverView, Fence, NodePhase } from './index.ts';
import { failoverStart, failoverStep, isFenced, othersCanDecide } from './index.ts';
import {
  ABSENT_MS,
  ARRIVAL_MS,
  AWAY_MS,
  CONTROL_HELD_MS,
  NODE_TTL_MS,
  POWER_AFTER_MS,
  PROGRESS_MS,
  REST_MS,
  TAKING_MS_MAX,
  UNSEEN_MS_MAX,
} from './limits.ts';
import { returnMs } from './peers.ts';

const NOW = 1_000_000;
const VOTERS = ['a', 'b', 'w'];
const lease = (ttlMs: number, agoMs = 0) => ({ sentMs: NOW - agoMs, ttlMs });
const HELD = { node: lease(NODE_TTL_MS), control: lease(CONTROL_HELD_MS) };
const fence = (of: Partial<Fence> = {}): Fence => ({ node: 'b', epoch: 1, acks: [], off: false, ...of });

const QUIET = { sinceMs: NOW - CONTROL_HELD_MS, seenMs: NOW };
const stateOf = (more: Partial<FailoverState> = {}): FailoverState => ({ ...failoverStart(0), quiet: QUIET, ...more });

function viewOf(
  more: Partial<Omit<FailoverView, 'health'>> = {},
  health: Partial<FailoverView['health']> = {},
): FailoverView {
  return {
    self: 'a',
    voters: VOTERS,
    nodes: ['a', 'b'],
    leases: HELD,
    seen: { sentMs: NOW, controller: 'a', present: ['a', 'b'], fences: [] },
    returning: {},
    ...more,
    health: { serving: true, clean: true, fit: true, progressMs: NOW, ...health },
  };
}

test('the table of the node', () => {
  const noLease = { leases: {} };
  const sole = { ...noLease, seen: { sentMs: NOW, present: [], fences: [fence({ acks: ['a', 'w'] })] } };
  const dirty = { clean: false };
  const beside = (controller: string | undefined) => ({
    seen: { sentMs: NOW, present: ['a', 'b'], fences: [], ...(controller !== undefined && { controller }) },
  });
  const table: [NodePhase, FailoverView, NodePhase, unknown][] = [
    ['out', viewOf(), 'member', NOW + NODE_TTL_MS * 0.95],
    ['out', viewOf(noLease), 'out', undefined],
    ['out', viewOf({}, dirty), 'out', undefined],
    ['member', viewOf(), 'member', NOW + NODE_TTL_MS * 0.95],
    ['member', viewOf(noLease), 'killing', undefined],
    ['member', viewOf({ leases: { node: lease(NODE_TTL_MS, NODE_TTL_MS * 0.96) } }), 'killing', undefined],
    ['member', viewOf(sole), 'holding', 'unbounded'],
    ['holding', viewOf(sole), 'holding', 'unbounded'],
    ['holding', viewOf(), 'member', NOW + NODE_TTL_MS * 0.95],
    ['holding', viewOf(noLease), 'killing', undefined],
    ['member', viewOf(beside('b'), { wireCutMs: NOW - 6_000 }), 'killing', undefined],
    // Too early to tell a wire that is cut from a node that is lost; who controls gives way to nobody.
    ['member', viewOf(beside('b'), { wireCutMs: NOW - 4_000 }), 'member', NOW + NODE_TTL_MS * 0.95],
    ['member', viewOf(beside('a'), { wireCutMs: NOW - 6_000 }), 'member', NOW + NODE_TTL_MS * 0.95],
    ['member', viewOf(beside(undefined), { wireCutMs: NOW - 6_000 }), 'member', NOW + NODE_TTL_MS * 0.95],
    ['holding', viewOf(beside('b'), { wireCutMs: NOW - 6_000 }), 'killing', undefined],
    ['killing', viewOf({}, dirty), 'killing', undefined],
    ['killing', viewOf(noLease), 'out', undefined],
  ];
  for (const [from, view, to, until] of table) {
    const { state, orders } = failoverStep(stateOf({ node: from }), view, NOW);
    assert.deepEqual([state.node, orders.podsUntilMs], [to, until], `${from} to ${to}`);
  }
});

test('a node that others fenced gives up, whatever its lease says, and asks for none', () => {
  const fenced = viewOf({ seen: { sentMs: NOW, present: [], fences: [fence({ node: 'a' })] } }, { clean: false });
  const { state } = failoverStep(stateOf({ node: 'member' }), fenced, NOW);
  assert.equal(state.node, 'killing');
  const { orders } = failoverStep(
    stateOf({ node: 'out' }),
    { ...fenced, health: { ...fenced.health, clean: true } },
    NOW,
  );
  assert.equal(orders.renewNode, false);
});

test('the table of control', () => {
  const taken = { node: 'member' as const, takenMs: NOW - 100, sinceMs: NOW - 100 };
  const noLead = { leases: { node: HELD.node } };
  const vacant = { ...noLead, seen: { sentMs: NOW, present: ['a', 'b'], fences: [] } };
  const stale = { progressMs: NOW - PROGRESS_MS - 1 };
  const table: [ControlPhase, Partial<FailoverState>, FailoverView, ControlPhase, string][] = [
    ['following', taken, viewOf(vacant), 'following', 'campaign'],
    ['following', taken, viewOf(vacant, { fit: false }), 'following', ''],
    ['following', { ...taken, restsFromMs: NOW - REST_MS + 1 }, viewOf(vacant), 'following', ''],
    ['following', { ...taken, restsFromMs: NOW - REST_MS }, viewOf(vacant), 'following', 'campaign'],
    ['following', { ...taken, node: 'out' }, viewOf({ ...vacant, leases: {} }), 'following', ''],
    ['following', { ...taken, restsFromMs: NOW - 1 }, viewOf(), 'following', 'resign'],
    ['following', taken, viewOf({}, { serving: false }), 'taking', 'renewControl'],
    ['taking', taken, viewOf({}, { serving: false }), 'taking', 'renewControl'],
    ['taking', taken, viewOf(), 'controlling', 'renewControl'],
    ['taking', { ...taken, takenMs: NOW - TAKING_MS_MAX }, viewOf({}, { serving: false }), 'stopping', ''],
    ['taking', taken, viewOf(noLead), 'stopping', ''],
    ['controlling', taken, viewOf(), 'controlling', 'renewControl'],
    ['controlling', taken, viewOf({}, stale), 'stopping', ''],
    ['controlling', taken, viewOf({}, { fit: false }), 'stopping', ''],
    ['controlling', taken, viewOf({ handOver: true }), 'stopping', ''],
    ['controlling', taken, viewOf(noLead), 'stopping', ''],
    ['controlling', taken, viewOf({ leases: { control: HELD.control } }), 'stopping', ''],
    ['stopping', taken, viewOf(), 'stopping', ''],
    ['stopping', taken, viewOf({}, { serving: false }), 'following', 'resign'],
  ];
  for (const [from, more, view, to, order] of table) {
    const { state, orders } = failoverStep(stateOf({ ...more, control: from }), view, NOW);
    const given = (['campaign', 'resign', 'renewControl'] as const).filter((name) => orders[name]).join();
    assert.deepEqual([state.control, given], [to, order], `${from} to ${to}`);
    assert.equal(orders.serveUntilMs !== undefined, ['taking', 'controlling'].includes(to), `${from} to ${to}`);
  }
});

test('who comes to lead serves once nobody else was seen to for as long as a lease lasts', () => {
  const serves = (quiet: FailoverState['quiet'], seen: Partial<NonNullable<FailoverView['seen']>> = {}) => {
    const view = viewOf(
      { seen: { sentMs: NOW, controller: 'a', present: ['a', 'b'], fences: [], ...seen } },
      { serving: false },
    );
    const { state, orders } = failoverStep(
      stateOf({ node: 'member', control: 'taking', takenMs: NOW - 100, quiet }),
      view,
      NOW,
    );
    return [orders.serveUntilMs !== undefined, state.quiet];
  };
  const since = (sinceMs: number) => ({ sinceMs, seenMs: NOW });
  const sentMs = NOW - 250;
  assert.deepEqual(serves({ sinceMs: NOW - CONTROL_HELD_MS, seenMs: sentMs }), [true, since(NOW - CONTROL_HELD_MS)]);
  assert.deepEqual(serves({ sinceMs: NOW - CONTROL_HELD_MS + 1, seenMs: sentMs }), [
    false,
    since(NOW - CONTROL_HELD_MS + 1),
  ]);
  assert.deepEqual(serves({ sinceMs: 0, seenMs: NOW - UNSEEN_MS_MAX - 1 }), [false, since(NOW)], 'a gap');
  assert.deepEqual(serves({ sinceMs: 0, seenMs: sentMs }, { controller: 'b' }), [false, since(NOW)], 'another leads');
  const unseen = { sinceMs: 0, seenMs: NOW - UNSEEN_MS_MAX - 1 };
  assert.deepEqual(serves(unseen, { sentMs: unseen.seenMs }), [false, unseen], 'nothing was seen since');
});

test('a program that starts anew under a leadership that is held serves at once', () => {
  const view = viewOf({ seen: undefined }, { progressMs: undefined });
  const { state, orders } = failoverStep(failoverStart(NOW, HELD), view, NOW);
  assert.deepEqual([state.node, state.control, orders.serveUntilMs !== undefined], ['member', 'taking', true]);
  const ended = { node: HELD.node, control: lease(CONTROL_HELD_MS, CONTROL_HELD_MS) };
  assert.equal(failoverStep(failoverStart(NOW, ended), view, NOW).orders.serveUntilMs, undefined);
});

test('control that is handed over is resigned in order once its API has stopped, and is not asked for at once', () => {
  const controlling = stateOf({ node: 'member', control: 'controlling' });
  const stopping = failoverStep(controlling, viewOf({ handOver: true }), NOW);
  assert.deepEqual(
    [stopping.state.control, stopping.state.handsOver, stopping.orders.resign],
    ['stopping', true, false],
  );
  const stopped = failoverStep(stopping.state, viewOf({}, { serving: false }), NOW);
  assert.deepEqual([stopped.state.control, stopped.orders.resign, stopped.orders.inOrder], ['following', true, true]);
  assert.equal(failoverStep(stopped.state, viewOf(), NOW).orders.inOrder, false, 'something of it serves after all');
  const noLead = { leases: { node: HELD.node }, seen: { sentMs: NOW, present: ['a', 'b'], fences: [] } };
  const vacant = failoverStep(stopped.state, viewOf(noLead), NOW);
  assert.equal(vacant.orders.campaign, false);
  assert.equal(failoverStep(vacant.state, viewOf(noLead), NOW + 1).orders.campaign, false);
  const rested = failoverStep({ ...vacant.state, restsFromMs: NOW - REST_MS }, viewOf(), NOW);
  assert.deepEqual([rested.state.control, rested.state.handsOver], ['taking', undefined]);
  const lost = failoverStep(controlling, viewOf({}, { fit: false }), NOW).state;
  assert.equal(failoverStep(lost, viewOf({}, { serving: false }), NOW).orders.inOrder, false, 'nobody asked for it');
});

test('the word of who resigned is proof enough, when it stands there after the leadership was taken', () => {
  const taking = (seenMs: number, more: Partial<FailoverState> = {}) =>
    stateOf({ node: 'member', control: 'taking', takenMs: NOW - 100, quiet: { sinceMs: NOW, seenMs }, ...more });
  const look = (state: FailoverState, seen: Partial<NonNullable<FailoverView['seen']>>) => {
    const whole = { sentMs: NOW, controller: 'a', present: ['a', 'b'], fences: [], ...seen };
    const { orders, state: next } = failoverStep(state, viewOf({ seen: whole }, { serving: false }), NOW);
    return { serves: orders.serveUntilMs !== undefined, next };
  };
  assert.equal(look(taking(NOW - 300), { resigned: ['b'] }).serves, true);
  assert.equal(look(taking(NOW - 300), { resigned: ['a'] }).serves, false, 'its own word proves nothing');
  assert.equal(look(taking(NOW - 300), { resigned: ['b'], sentMs: NOW - 100 }).serves, false, 'before it was taken');
  assert.equal(look(taking(NOW - 300), { resigned: ['b'], controller: 'b' }).serves, false);
  const said = look(taking(NOW - 300), { resigned: ['b'] }).next;
  assert.equal(look({ ...said, quiet: { ...said.quiet, seenMs: NOW - 50 } }, { resigned: [] }).serves, false);
});

test('where there is no other node, nobody rests', () => {
  const alone = viewOf({ leases: { node: HELD.node }, seen: { sentMs: NOW, present: ['a'], fences: [] } });
  assert.equal(failoverStep(stateOf({ node: 'member', restsFromMs: NOW - 1 }), alone, NOW).orders.campaign, true);
});

test('the table of the other nodes', () => {
  const seen = (more: Partial<NonNullable<FailoverView['seen']>> = {}) =>
    viewOf({ seen: { sentMs: NOW, controller: 'a', present: ['a'], fences: [], ...more } });
  const leading = { node: 'member' as const, control: 'controlling' as const, takenMs: NOW - ARRIVAL_MS };
  const gone = { ...leading, absent: { b: NOW - ABSENT_MS } };
  const lostNow = { ...leading, losses: { b: [NOW - 10] } };
  const lostBefore = { ...leading, losses: { b: [NOW - POWER_AFTER_MS] } };
  const held = fence({ acks: ['a', 'w'] });
  const returning = { ...seen({ fences: [held] }), returning: { b: 1 } };
  const table: [string, Partial<FailoverState>, FailoverView, object][] = [
    ['present', leading, viewOf(), {}],
    ['awaited', { ...leading, takenMs: NOW - 1000 }, seen(), {}],
    ['awaited', { ...leading, takenMs: NOW - 1000, formerController: 'b' }, seen(), {}],
    ['lost', { ...gone, takenMs: NOW - 1000, formerController: 'b' }, seen(), { fence: ['b'] }],
    ['awaited', { ...leading, lifted: { b: { epoch: 1, atMs: NOW - 1000 } } }, seen(), {}],
    ['awaited', leading, seen({ sentMs: leading.takenMs }), {}],
    ['awaited', leading, seen(), {}],
    ['awaited', { ...gone, absent: { b: NOW - ABSENT_MS + 1 } }, seen(), {}],
    ['lost', gone, seen(), { fence: ['b'] }],
    ['awaited', gone, seen({ away: ['b'] }), {}],
    ['lost', { ...gone, absent: { b: NOW - AWAY_MS } }, seen({ away: ['b'] }), { fence: ['b'] }],
    ['fencing', lostNow, seen({ fences: [fence({ acks: ['a'] })] }), {}],
    ['fencing', lostBefore, seen({ fences: [fence({ acks: ['a'] })] }), { cutPower: ['b'] }],
    ['fenced', lostNow, seen({ fences: [held] }), { lost: ['b'] }],
    ['fenced', lostNow, seen({ fences: [fence({ off: true })] }), { lost: ['b'] }],
    ['fenced', lostNow, { ...returning, returning: { b: 2 } }, { lost: ['b'] }],
    ['returning', lostNow, returning, { lost: ['b'] }],
    ['returning', lostBefore, returning, { lift: ['b'] }],
  ];
  for (const [phase, state, view, expected] of table) {
    const { state: next, orders } = failoverStep(stateOf(state), view, NOW);
    const given = Object.fromEntries(
      (['fence', 'cutPower', 'lost', 'lift'] as const)
        .map((kind) => [kind, orders[kind]])
        .filter(([, who]) => who?.length),
    );
    assert.deepEqual([next.peers.b, given], [phase, expected], phase);
    assert.deepEqual(
      orders.refuse,
      (view.seen?.fences ?? []).map(({ node }) => node),
    );
  }
});

test('a fence whose lifting was ordered holds nobody back any more', () => {
  const cutOff = viewOf({ leases: {}, seen: { sentMs: NOW, present: [], fences: [fence({ acks: ['a', 'w'] })] } });
  assert.equal(failoverStep(stateOf({ node: 'member' }), cutOff, NOW).state.node, 'holding');
  const lifted = { b: { epoch: 1, atMs: NOW } };
  assert.equal(failoverStep(stateOf({ node: 'member', lifted }), cutOff, NOW).state.node, 'killing');
});

test('who can decide without a node, and when a fence holds', () => {
  const can = (fences: Fence[], voters = VOTERS) => othersCanDecide({ self: 'a', voters, fences });
  assert.equal(can([]), true);
  assert.equal(can([fence({ acks: ['a'] })]), true, 'the witness takes it still');
  assert.equal(can([fence({ acks: ['w'] })]), false);
  assert.equal(can([fence({ off: true })]), false);
  assert.equal(can([], ['a', 'w']), false, 'one of two');
  assert.equal(can([], ['a']), false);
  assert.equal(can([], ['a', 'b', 'c', 'd', 'w']), true);
  assert.equal(can([fence({ acks: ['w', 'c', 'd'] })], ['a', 'b', 'c', 'd', 'w']), true, 'three of five');
  assert.equal(isFenced(fence({ acks: ['a'] }), VOTERS), false);
  assert.equal(isFenced(fence({ acks: ['a', 'w'] }), VOTERS), true);
});

test('a node that keeps being lost waits longer each time, up to ten minutes, and is forgiven after a day', () => {
  assert.deepEqual(
    [1, 2, 3, 20].map((times) =>
      returnMs(
        Array.from({ length: times }, () => NOW),
        NOW,
      ),
    ),
    [2_000, 4_000, 8_000, 600_000],
  );
  assert.equal(returnMs([NOW - 86_400_000, NOW], NOW), 2_000);
});

test('a node whose wire is cut joins nobody, but the site alone', () => {
  const out = stateOf({ node: 'out' });
  const joins = (present: string[], wireCutMs?: number): boolean =>
    failoverStep(
      out,
      viewOf({ leases: {}, seen: { sentMs: NOW, present, fences: [] } }, wireCutMs === undefined ? {} : { wireCutMs }),
      NOW,
    ).orders.renewNode;
  assert.equal(joins(['b']), true);
  assert.equal(joins(['b'], NOW - 1), false);
  assert.equal(joins([], NOW - 1), true);
  assert.equal(joins(['a'], NOW - 1), true);
});
