// Takes the machines of a lost node out of service. What ran there cannot write any more, and nobody will say how it ended: the machine is
// no place for pods, and its pods are let go at once, so that they start elsewhere. Back, it is in service as soon as its agent says so.
// Source: Kubernetes concepts "Node Shutdowns", "Non-graceful node shutdown handling".
import { type Client, resourceOf } from '#client';
import { OUT_OF_SERVICE } from '#engine/scheduling';
import type { Node, Pod } from '#model/kube';
import type { Machine } from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import { type Controller, deleteExactly, nameOf, orMissing } from '#reconcile';
import type { LostNodes } from './lost-nodes.ts';

const NODES = resourceOf<Node>('', 'v1', 'nodes');
const PODS = resourceOf<Pod>('', 'v1', 'pods');

export interface LostMachinesOptions {
  readonly client: Client;
  readonly machines: readonly Machine[];
  readonly lost: LostNodes;
  readonly clock: Clock;
}

export function lostMachinesController(of: LostMachinesOptions): Controller {
  const { client, clock } = of;
  const nodes = client.cache(NODES);
  const pods = client.cache(PODS);
  /** Pinned machines stand and fall with their node; the others run on elsewhere. */
  const isLost = (name: string): boolean =>
    of.machines.some((machine) => machine.name === name && machine.pinned && of.lost.has(machine.node));
  const setReady = async (node: Node): Promise<void> => {
    const now = rfc3339(clock.now());
    const conditions = (node.status?.conditions ?? []).map((condition) =>
      condition.type === 'Ready' && condition.status === 'True'
        ? {
            ...condition,
            status: 'Unknown',
            reason: 'NodeLost',
            message: 'The node is lost, and was fenced.',
            lastTransitionTime: now,
          }
        : condition,
    );
    await client.update(NODES, { ...node, status: { ...node.status, conditions } }, { subresource: 'status' });
  };
  const takeOut = async (name: string): Promise<void> => {
    const node = nodes.get({ name });
    if (!node) return;
    const taints = node.spec?.taints ?? [];
    if (!taints.some(({ key }) => key === OUT_OF_SERVICE.key)) {
      if (node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
        await setReady(node);
      const body = { spec: { taints: [...taints, { ...OUT_OF_SERVICE, timeAdded: rfc3339(clock.now()) }] } };
      await client.patch(NODES, { name }, { type: 'merge', body });
    }
    const dead = pods.list().filter((pod) => pod.spec?.nodeName === name);
    await Promise.all(dead.map((pod) => orMissing(deleteExactly(client, PODS, pod, { gracePeriodSeconds: 0 }))));
  };
  const takeBack = async (name: string): Promise<void> => {
    const node = nodes.get({ name });
    const taints = node?.spec?.taints ?? [];
    if (!node || !taints.some(({ key }) => key === OUT_OF_SERVICE.key)) return;
    if (!node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')) return;
    const body = { spec: { taints: taints.filter(({ key }) => key !== OUT_OF_SERVICE.key) } };
    await client.patch(NODES, nameOf(node), { type: 'merge', body });
  };
  return {
    name: 'lost-machines',
    watches: [
      {
        cache: of.lost.cache,
        keys: ({ object }) => of.machines.filter(({ node }) => node === object.metadata?.name).map(({ name }) => name),
      },
      { cache: nodes, keys: ({ object }) => [object.metadata?.name ?? ''] },
      { cache: pods, keys: ({ object }) => (isLost(object.spec?.nodeName ?? '') ? [object.spec?.nodeName ?? ''] : []) },
    ],
    reconcile: async (name) => (isLost(name) ? takeOut(name) : takeBack(name)),
  };
}
