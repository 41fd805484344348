// What a rolling restart does next, from what is written down of it and what is seen of the site. Whoever controls asks, again and again,
// and carries the orders out before what becomes is written: so a restart that was interrupted anywhere goes on with the same step.
//
//   step        what is seen                                   becomes     orders
//   ---------   --------------------------------------------   ---------   ---------------
//   drain       the witness, the site is whole                 restart     -
//   drain       something is wanting besides this              drain       -
//   drain       pods are left                                  drain       cordon, evict
//   drain       no pod is left, not cordoned                   drain       cordon
//   drain       no pod is left, cordoned                       hand-over   -
//   hand-over   something is wanting besides this              hand-over   -
//   hand-over   it controls, the other node can take control   hand-over   hand over
//   hand-over   it controls, the other node cannot             hand-over   -
//   hand-over   the other node controls                        restart     -
//   restart     it controls again                              hand-over   -
//   restart     it does not say that it was restarted          restart     - (the voter restarts itself)
//   restart     it says so                                     return      -
//   return      it is not there with everything                return      -
//   return      it is, and nothing is wanting, cordoned        return      uncordon
//   return      ... not cordoned by this, more are left        drain       - (of the next)
//   return      ... not cordoned by this, none is left         ended: done
//   any         its time is over                               ended: stopped, uncordon
//
// Never are two voters away by this: the next step of any of them is taken only when nothing is wanting. Time is what whoever controls has
// waited for the step; a new one waits from the beginning.
import { assert } from '#base';
import { type NodeRestart, type NodeRestartStep, WITNESS_NAME } from '#model/site';
import { HAND_OVER_MS_MAX, PODS_TOLD_MAX, RETURN_MS_MAX } from './limits.ts';

export interface RollingView {
  /** How long whoever controls has seen this step of this voter. */
  readonly waitedMs: number;
  readonly controller: string;
  /** What the site is not whole for. */
  readonly wanting: readonly string[];
  /** The other node stands by and can take control at once. */
  readonly otherIsFit: boolean;
  /** The voter that it is at; of the witness without a worker. */
  readonly at: {
    /** Its worker takes no pods. */
    readonly cordoned: boolean;
    /** ... because of this restart. */
    readonly cordonedByThis: boolean;
    /** Pods that are to go before it is restarted. */
    readonly pods: readonly string[];
    /** Which rolling restart it was restarted for last. */
    readonly restartedFor?: string;
    /** What it is to run, runs; its worker is Ready. */
    readonly isBack: boolean;
  };
}

export interface RollingOrders {
  readonly cordon?: true;
  readonly evict?: true;
  readonly handOver?: true;
  readonly uncordon?: true;
}

export interface RollingStep {
  readonly restart: NodeRestart;
  readonly orders: RollingOrders;
}

/** Voters in the order in which they are restarted: whoever controls after the others, so that control moves once; the witness last. */
export function restartOrder(voters: readonly string[], controller: string | undefined): readonly string[] {
  const rank = (name: string): number => (name === WITNESS_NAME ? 2 : name === controller ? 1 : 0);
  return voters.toSorted((one, other) => rank(one) - rank(other));
}

export function rollingStep(restart: NodeRestart, view: RollingView): RollingStep {
  const [at] = restart.left;
  if (at === undefined || restart.ended) return { restart, orders: {} };
  switch (restart.step) {
    case 'drain':
      return drainStep(restart, view, at);
    case 'hand-over':
      return handOverStep(restart, view, at);
    case 'restart':
      if (view.at.restartedFor === restart.id) return advance(restart, 'return');
      return view.controller === at
        ? advance(restart, 'hand-over')
        : wait(restart, view, { for: `${at} to restart`, ms: RETURN_MS_MAX });
    case 'return':
      return returnStep(restart, view, at);
  }
}

function drainStep(restart: NodeRestart, view: RollingView, at: string): RollingStep {
  const { wanting } = view;
  const ms = restart.drainMs;
  if (wanting.length > 0) return wait(restart, view, { for: wanting.join(', '), ms });
  if (at === WITNESS_NAME) return advance(restart, 'restart');
  const { pods, cordoned } = view.at;
  if (pods.length > 0)
    return wait(restart, view, {
      for: `pods of ${at} to go: ${told(pods)}`,
      ms,
      orders: { cordon: true, evict: true },
    });
  if (!cordoned) return wait(restart, view, { for: `${at} to take no pods`, ms, orders: { cordon: true } });
  return advance(restart, 'hand-over');
}

function handOverStep(restart: NodeRestart, view: RollingView, at: string): RollingStep {
  const ms = HAND_OVER_MS_MAX;
  if (view.wanting.length > 0) return wait(restart, view, { for: view.wanting.join(', '), ms });
  if (view.controller !== at) return advance(restart, 'restart');
  return view.otherIsFit
    ? wait(restart, view, { for: 'the other node to take control', ms, orders: { handOver: true } })
    : wait(restart, view, { for: 'the other node to stand by', ms });
}

function returnStep(restart: NodeRestart, view: RollingView, at: string): RollingStep {
  const ms = RETURN_MS_MAX;
  if (!view.at.isBack) return wait(restart, view, { for: `${at} to be back`, ms });
  if (view.wanting.length > 0) return wait(restart, view, { for: view.wanting.join(', '), ms });
  if (view.at.cordonedByThis) return wait(restart, view, { for: `${at} to take pods`, ms, orders: { uncordon: true } });
  const { waitsFor: _, ...rest } = restart;
  const left = restart.left.slice(1);
  const done = [...restart.done, at];
  const next: NodeRestart = { ...rest, left, done, step: 'drain' };
  if (left.length > 0) return { restart: next, orders: {} };
  return { restart: { ...next, ended: { how: 'done', reason: `restarted: ${done.join(', ')}` } }, orders: {} };
}

function advance(restart: NodeRestart, step: NodeRestartStep): RollingStep {
  assert(!restart.ended, 'what has ended goes on no more');
  const { waitsFor: _, ...rest } = restart;
  return { restart: { ...rest, step }, orders: {} };
}

function wait(
  restart: NodeRestart,
  { waitedMs }: RollingView,
  until: { readonly for: string; readonly ms: number; readonly orders?: RollingOrders },
): RollingStep {
  const { waitsFor: _, ...rest } = restart;
  if (waitedMs < until.ms) return { restart: { ...rest, waitsFor: until.for }, orders: until.orders ?? {} };
  const reason = `${restart.left[0]}: waited ${Math.round(until.ms / 1000)} s for ${until.for}`;
  return { restart: { ...rest, ended: { how: 'stopped', reason } }, orders: { uncordon: true } };
}

function told(pods: readonly string[]): string {
  const more = pods.length - PODS_TOLD_MAX;
  return `${pods.slice(0, PODS_TOLD_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
