// A cluster of two nodes on a client without a server, with the forecast kept for it.
import type { CacheChange, ObjectCache } from '#client';
import { resourceOf } from '#client';
import type { Event, KubeObject, Node, OwnerReference, Pod, PodSpec } from '#model/kube';
import type { Machine } from '#model/site';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { fakeClient, runControllers } from '#reconcile';
import { forecastGauges, keepForecast } from './index.ts';
import { FORECAST_EVERY_MS } from './limits.ts';
import type { ForecastSettings } from './pair-forecast.ts';

const PODS = resourceOf<Pod>('', 'v1', 'pods');
const NODES = resourceOf<Node>('', 'v1', 'nodes');
const EVENTS = resourceOf<Event>('', 'v1', 'events');

const machine = (name: string, more: Partial<Machine>): Machine =>
  ({ name, role: 'worker', node: 'node-a', pinned: true, cluster: 'device', ...more }) as Machine;
const MACHINES = [
  machine('node-a-master', { role: 'master', pinned: false }),
  machine('node-a-worker', {}),
  machine('node-b-worker', { node: 'node-b' }),
];
const READY = { type: 'Ready', status: 'True' } as const;
const CONTROL_PLANE = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' } as const;

/** What is lost, and whoever wants to know of it. */
function lostNodes() {
  let names: readonly string[] = [];
  const listeners = new Set<(change: CacheChange<KubeObject>) => void>();
  const cache: ObjectCache<KubeObject> = {
    synced: Promise.resolve(),
    isSynced: true,
    get: () => undefined,
    list: () => [],
    onChange: (listener) => {
      listeners.add(listener);
      return { close: () => void listeners.delete(listener) };
    },
    close: () => listeners.clear(),
  };
  return {
    has: (node: string) => names.includes(node),
    cache,
    set: (now: readonly string[]) => {
      const changed = new Set([...names, ...now]);
      names = now;
      for (const name of changed)
        for (const listener of listeners) listener({ type: 'modified', object: { metadata: { name } } });
    },
  };
}

export interface PodWish {
  readonly requests?: Record<string, string>;
  readonly spec?: Partial<PodSpec>;
  readonly on?: string;
  /** Kind of the controller; '' for a bare pod. */
  readonly owner?: string;
  readonly namespace?: string;
}

export function podOf(
  name: string,
  { requests = {}, spec = {}, on, owner = 'ReplicaSet', namespace = 'shop' }: PodWish = {},
): Pod {
  const ownerReferences: OwnerReference[] = [
    { apiVersion: 'apps/v1', kind: owner, name: 'owner', uid: `owner-${owner}`, controller: true },
  ];
  return {
    metadata: { namespace, name, uid: crypto.randomUUID(), ...(owner && { ownerReferences }) },
    spec: { containers: [{ name: 'c', resources: { requests } }], ...(on && { nodeName: on }), ...spec },
  };
}

export async function forecastOfPair() {
  const clock = fakeClock();
  const client = fakeClient({ clock });
  const lost = lostNodes();
  const settings: { -readonly [K in keyof ForecastSettings]: ForecastSettings[K] } = {
    breach: 'refuse',
    budgetPercent: 100,
  };
  for (const { name, role } of MACHINES)
    await client.create(NODES, {
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
      spec: role === 'master' ? { taints: [CONTROL_PLANE] } : {},
      status: { allocatable: { cpu: '2', memory: '4Gi', pods: '110' }, conditions: [READY] },
    });
  const kept = keepForecast({
    ...{ client, clock, machines: MACHINES, lost, log: memoryLog(), nodes: ['node-a', 'node-b'] },
    settings: () => settings,
    settingsChanged: lost.cache,
  });
  const running = runControllers([kept.controller], { clock, log: memoryLog() });
  /** Lets everything happen that would, and one more forecast if there is reason for it. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 3; i++) await clock.advance(FORECAST_EVERY_MS);
  };
  await settle();
  return {
    ...{ clock, client, lost, settings, kept, settle },
    add: (name: string, wish: PodWish = {}) => client.create(PODS, podOf(name, wish)),
    patchNode: (name: string, body: object, subresource?: string) =>
      client.patch(NODES, { name }, { type: 'merge', body }, subresource === undefined ? {} : { subresource }),
    remove: (name: string) => client.delete(PODS, { namespace: 'shop', name }, { gracePeriodSeconds: 0 }),
    survives: () => Object.fromEntries(kept.told()?.losses.map(({ node, survives }) => [node, survives]) ?? []),
    gauges: () =>
      Object.fromEntries(
        forecastGauges(() => kept.told()).flatMap(({ name, read }) =>
          [...read()].map(([labels, value]) => [`${name}{${labels}}`, value] as const),
        ),
      ),
    events: async () =>
      (await client.list(EVENTS)).items.map(({ reason, involvedObject, message }) => ({
        what: `${reason} ${involvedObject.name}`,
        message,
      })),
    stop: async () => {
      await running.stop();
      await kept.stop();
    },
  };
}
