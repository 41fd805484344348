// Moves pods back to a node that has returned: one at a time, with a pause, up to a bound, until the spread is as the scheduler would make it.
// That it is owed stands on the Node, written while the node is lost, so that it is not forgotten when control moves.
//
//   the Node is                               | done
//   ------------------------------------------+-----------------------------------------------
//   out of service                            | owed is written on it
//   owed, the setting is off                  | owed is taken away
//   owed, the site is not whole long enough   | wait
//   owed, a pod is to be elsewhere, can go    | evict it, and pause
//   owed, ... but cannot go yet               | wait, not for ever
//   owed, none is, or enough were moved       | owed is taken away, an event says how many
import { ApiError, type Client, type ObjectCache, type Resource, resourceOf } from '#client';
import { type ForecastView, OUT_OF_SERVICE, type PodInfo, planMove } from '#engine/scheduling';
import type { Node, Pod } from '#model/kube';
import { type Machine, REBALANCE_OWED } from '#model/site';
import type { Clock } from '#platform/clock';
import { type Controller, controllerOf, type EventRecorder, nameOf, uidOf } from '#reconcile';
import { GIVE_UP_MS, HELD_MS, LOOK_MS, MOVES_MAX, PAUSE_MS, READY_MS_MIN, SETTLE_MS } from './limits.ts';

export interface RebalanceOptions {
  readonly client: Client;
  readonly machines: readonly Machine[];
  readonly clock: Clock;
  readonly events: EventRecorder;
  /** Where every pod is, and whether both nodes are there and take pods. */
  look(): { readonly view: ForecastView; readonly whole: boolean };
  /** The setting. */
  isOn(): boolean;
}

const NODES: Resource<Node> = resourceOf<Node>('', 'v1', 'nodes');
const PODS: Resource<Pod> = resourceOf<Pod>('', 'v1', 'pods');
const KEY = 'rebalance';

/** Since when a pod is Ready, milliseconds since 1970; undefined while it is not. */
function readySince({ status }: Pod): number | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? Date.parse(ready.lastTransitionTime ?? '') || 0 : undefined;
}

export function rebalanceController(of: RebalanceOptions): Controller {
  return new Rebalance(of).controller;
}

class Rebalance {
  readonly #of: RebalanceOptions;
  readonly #nodes: ObjectCache<Node>;
  readonly #held = new Map<string, number>();
  /** Since when the site is whole, of the clock that does not jump. */
  #wholeMs: number | undefined;
  #moved = 0;
  #nextMs = 0;

  constructor(of: RebalanceOptions) {
    this.#of = of;
    this.#nodes = of.client.cache(NODES);
  }

  get controller(): Controller {
    return {
      name: 'rebalance',
      watches: [{ cache: this.#nodes, keys: () => [KEY] }],
      reconcile: async () => this.#reconcile(),
    };
  }

  async #reconcile(): Promise<{ readonly againAfterMs: number } | undefined> {
    const pinned = this.#of.machines
      .filter(({ pinned: isPinned }) => isPinned)
      .map(({ name }) => this.#nodes.get({ name }));
    const nodes = pinned.filter((node) => node !== undefined);
    const owedOn = (node: Node): boolean => node.metadata?.annotations?.[REBALANCE_OWED] !== undefined;
    const isOut = (node: Node): boolean => node.spec?.taints?.some(({ key }) => key === OUT_OF_SERVICE.key) === true;
    for (const node of nodes) if (isOut(node) && !owedOn(node)) await this.#owe(node, '');
    const owed = nodes.filter(owedOn);
    if (owed.length === 0) return undefined;
    const nowMs = this.#of.clock.monotonicMs();
    const { view, whole } = this.#of.look();
    if (!this.#of.isOn()) return this.#end(owed);
    this.#wholeMs = whole ? (this.#wholeMs ?? nowMs) : undefined;
    if (this.#wholeMs === undefined) return { againAfterMs: LOOK_MS };
    const dueMs = Math.max(this.#wholeMs + SETTLE_MS, this.#nextMs);
    if (nowMs < dueMs) return { againAfterMs: dueMs - nowMs };
    return this.#move(view, owed, nowMs);
  }

  async #move(view: ForecastView, owed: readonly Node[], nowMs: number) {
    const isLate = nowMs - (this.#wholeMs ?? nowMs) > GIVE_UP_MS;
    if (this.#moved >= MOVES_MAX || isLate || !planMove(view, () => true)) return this.#end(owed);
    const move = planMove(view, (info) => this.#mayMove(info, view, nowMs));
    this.#nextMs = nowMs + PAUSE_MS;
    if (!move) return { againAfterMs: PAUSE_MS };
    const { pod } = move.info;
    if (await this.#evict(pod)) {
      this.#moved++;
      const message = `it goes from ${move.from} to ${move.to}, where the scheduler would put it now that both nodes are back`;
      this.#of.events.recordEvent(PODS, pod, { type: 'Normal', reason: 'Rebalanced', message });
    } else this.#held.set(uidOf(pod), nowMs + HELD_MS);
    return { againAfterMs: PAUSE_MS };
  }

  /** Ready for a while, and so is everybody else of its workload. */
  #mayMove({ pod }: PodInfo, view: ForecastView, nowMs: number): boolean {
    const owner = controllerOf(pod)?.uid;
    const since = readySince(pod);
    if (since === undefined || this.#of.clock.now() - since < READY_MS_MIN) return false;
    if ((this.#held.get(uidOf(pod)) ?? 0) > nowMs) return false;
    return view.pods.every(({ info }) => controllerOf(info.pod)?.uid !== owner || readySince(info.pod) !== undefined);
  }

  /** False when a budget holds it back. One that is gone needs no asking. */
  async #evict(pod: Pod): Promise<boolean> {
    const { name, namespace } = nameOf(pod);
    const deleteOptions = { preconditions: { uid: uidOf(pod) } };
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions };
    try {
      await this.#of.client.createSub(PODS, nameOf(pod), 'eviction', eviction);
      return true;
    } catch (error) {
      if (error instanceof ApiError && [404, 409, 429].includes(error.code)) return false;
      throw error;
    }
  }

  async #end(owed: readonly Node[]): Promise<undefined> {
    for (const node of owed) {
      await this.#owe(node, null);
      const message = `${this.#moved} pods were moved back after its return`;
      this.#of.events.recordEvent(NODES, node, { type: 'Normal', reason: 'RebalanceEnded', message });
    }
    this.#moved = 0;
    this.#wholeMs = undefined;
    this.#held.clear();
  }

  async #owe(node: Node, value: '' | null): Promise<void> {
    const body = { metadata: { annotations: { [REBALANCE_OWED]: value } } };
    await this.#of.client.patch(NODES, nameOf(node), { type: 'merge', body });
  }
}
