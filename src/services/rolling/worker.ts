// The worker of a node, as the site's API has it: cordoned and not, and its pods evicted. A cordon of a restart is marked, so that one of
// somebody else stays.
import { WorldError } from '#base';
import { type DesiredReplicas, podName, podsToEvict, podsToGo } from '#engine/rolling';
import type { Node, Pod } from '#model/kube';
import { REBALANCE_OWED } from '#model/site';
import type { Ask } from './contract.ts';

const CORDONED_FOR = 'holdfast.dev/cordoned-for-restart';

export interface WorkerSeen {
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly cordoned: boolean;
  readonly cordonedByThis: boolean;
  readonly ready: boolean;
  /** Names of pods that are to go. */
  readonly toGo: readonly string[];
}

async function answered<T>(ask: Ask, path: string): Promise<T> {
  const { status, body } = await ask('GET', path);
  if (status !== 200) throw new WorldError('Unavailable', `${path}: the API answered ${status}`);
  return body as T;
}

export async function workerSeen(ask: Ask, name: string): Promise<WorkerSeen> {
  const [node, { items }] = await Promise.all([
    answered<Node>(ask, `/api/v1/nodes/${name}`),
    answered<{ items: readonly Pod[] }>(ask, '/api/v1/pods'),
  ]);
  return {
    node,
    pods: items,
    cordoned: node.spec?.unschedulable === true,
    cordonedByThis: node.metadata?.annotations?.[CORDONED_FOR] !== undefined,
    ready: node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true,
    toGo: podsToGo(items, name).map(podName),
  };
}

/** One that was cordoned by somebody stays as it is, unmarked. */
export async function cordon(ask: Ask, { node, cordoned }: WorkerSeen, id: string): Promise<void> {
  if (cordoned) return;
  const annotations = { ...node.metadata?.annotations, [CORDONED_FOR]: id };
  await put(ask, { ...node, metadata: { ...node.metadata, annotations }, spec: { ...node.spec, unschedulable: true } });
}

/** Its pods are moved back to it in time. */
export async function uncordon(ask: Ask, { node, cordonedByThis }: WorkerSeen): Promise<void> {
  if (!cordonedByThis) return;
  const { [CORDONED_FOR]: _, ...annotations } = node.metadata?.annotations ?? {};
  const { unschedulable: __, ...spec } = node.spec ?? {};
  const owed = { ...annotations, [REBALANCE_OWED]: '' };
  await put(ask, { ...node, metadata: { ...node.metadata, annotations: owed }, spec });
}

async function put(ask: Ask, node: Node): Promise<void> {
  const { status } = await ask('PUT', `/api/v1/nodes/${node.metadata?.name}`, node);
  if (status !== 200) throw new WorldError('Unavailable', `node ${node.metadata?.name}: the API answered ${status}`);
}

/** Asks for those to go that may. What a budget holds back, and what is gone already, is asked about again at the next look. */
export async function evictPods(ask: Ask, { node, pods }: WorkerSeen): Promise<void> {
  const name = node.metadata?.name ?? '';
  const desired = await desiredReplicas(ask, podsToGo(pods, name));
  for (const { metadata } of podsToEvict(pods, name, desired)) {
    const eviction = {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: metadata?.name, namespace: metadata?.namespace },
      deleteOptions: { preconditions: { uid: metadata?.uid } },
    };
    await ask('POST', `/api/v1/namespaces/${metadata?.namespace}/pods/${metadata?.name}/eviction`, eviction);
  }
}

const RESOURCES: Readonly<Record<string, string>> = {
  ReplicaSet: '/apis/apps/v1/namespaces/{namespace}/replicasets',
  StatefulSet: '/apis/apps/v1/namespaces/{namespace}/statefulsets',
  ReplicationController: '/api/v1/namespaces/{namespace}/replicationcontrollers',
};

async function desiredReplicas(ask: Ask, pods: readonly Pod[]): Promise<DesiredReplicas> {
  const found = new Map<string, number>();
  for (const { metadata } of pods) {
    const controller = metadata?.ownerReferences?.find((one) => one.controller);
    const resource = RESOURCES[controller?.kind ?? ''];
    if (!controller?.uid || resource === undefined || found.has(controller.uid)) continue;
    const path = `${resource.replace('{namespace}', metadata?.namespace ?? '')}/${controller.name}`;
    const { status, body } = await ask('GET', path);
    const { replicas } = (status === 200 ? (body as { spec?: { replicas?: number } }).spec : undefined) ?? {};
    if (replicas !== undefined) found.set(controller.uid, replicas);
  }
  return found;
}
