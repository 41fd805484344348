// Empties a node of a site before it goes, by the site's API: nothing new comes to its machines, and their pods are evicted, which start
// elsewhere as their budgets allow.
import { messageOf, WorldError } from '#base';
import { REPLICATED_CLASS, type SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { type KubernetesDoor, openKubernetes } from '../drill/kubernetes-door.ts';
import { LEAVE_POLL_MS } from '../limits.ts';

export interface NodeApi {
  readonly folders: SiteFolders;
  readonly clock: Clock;
  /** On the monotonic clock. */
  readonly deadline: number;
  progress(text: string): void;
}

interface Named {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Pod extends Named {
  readonly metadata: Named['metadata'] & { readonly ownerReferences?: readonly { readonly kind: string }[] };
  readonly status?: { readonly phase?: string };
}

interface Volume extends Named {
  readonly spec: {
    readonly storageClassName?: string;
    readonly nodeAffinity?: unknown;
    readonly claimRef?: { readonly namespace: string; readonly name: string };
  };
}

const nodePath = (name: string): string => `/api/v1/nodes/${encodeURIComponent(name)}`;

async function withApi<T>(
  of: Pick<NodeApi, 'folders' | 'clock'>,
  act: (door: KubernetesDoor) => Promise<T>,
): Promise<T> {
  const door = openKubernetes(of);
  try {
    return await act(door);
  } finally {
    door.close();
  }
}

/** Tries until it works or the time is over: control may be on its way from one node to the other. */
async function patiently<T>(of: NodeApi, act: (door: KubernetesDoor) => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await withApi(of, act);
    } catch (error) {
      // A node changes with each of its heartbeats, so that what was read of it may be old when it is written.
      const isPassing = error instanceof WorldError && ['Unavailable', 'Failed', 'Conflict'].includes(error.code);
      if (!isPassing || of.clock.monotonicMs() > of.deadline) throw error;
      await of.clock.sleep(LEAVE_POLL_MS);
    }
}

/** Errors: WorldError `Conflict`: volumes that only this node has, or that stand on both. Those of a dead node are lost already. */
export async function refuseKeptVolumes(
  of: NodeApi,
  { workers, isDead }: { workers: readonly string[]; isDead: boolean },
): Promise<void> {
  const { items } = await patiently(of, (door) => door.ask<{ items: Volume[] }>('GET', '/api/v1/persistentvolumes'));
  const isOn = (volume: Volume): boolean =>
    workers.some((worker) => JSON.stringify(volume.spec.nodeAffinity ?? '').includes(JSON.stringify(worker)));
  const replicated = items.filter(({ spec }) => spec.storageClassName === REPLICATED_CLASS);
  const kept = [...new Set([...replicated, ...(isDead ? [] : items.filter(isOn))])];
  if (kept.length === 0) return;
  const names = kept.map(({ metadata, spec: { claimRef } }) =>
    claimRef ? `${claimRef.namespace}/${claimRef.name}` : metadata.name,
  );
  throw new WorldError('Conflict', `volumes stand on the node that would go, or on both nodes: ${names.join(', ')}`, {
    cure: 'copy what they hold to volumes of the node that stays, and delete them (kubectl delete pvc)',
  });
}

export async function emptyNode(of: NodeApi, machines: readonly string[]): Promise<void> {
  for (const machine of machines) {
    await patiently(of, (door) => cordon(door, machine));
    of.progress(`${machine}: nothing new comes to it`);
    for (let told = -1; ; ) {
      const pods = await patiently(of, (door) => evict(door, machine));
      if (pods.length === 0) break;
      if (of.clock.monotonicMs() > of.deadline) throw stayed(machine, pods);
      if (pods.length !== told) of.progress(`${machine}: ${pods.length} pods are still to go`);
      told = pods.length;
      await of.clock.sleep(LEAVE_POLL_MS);
    }
  }
}

const stayed = (machine: string, pods: readonly Pod[]): WorldError =>
  new WorldError(
    'Unavailable',
    `pods do not go from ${machine}: ${pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`).join(', ')}`,
    { cure: 'look at their disruption budgets (kubectl get pdb -A), then run this again; or kubectl uncordon' },
  );

async function cordon(door: KubernetesDoor, machine: string): Promise<void> {
  const node = await door.ask<{ spec?: object }>('GET', nodePath(machine));
  await door.ask('PUT', nodePath(machine), { ...node, spec: { ...node.spec, unschedulable: true } });
}

/** Asks all that are there to go; answers with them. */
async function evict(door: KubernetesDoor, machine: string): Promise<readonly Pod[]> {
  const query = `fieldSelector=${encodeURIComponent(`spec.nodeName=${machine}`)}`;
  const { items } = await door.ask<{ items: Pod[] }>('GET', `/api/v1/pods?${query}`);
  const going = items.filter(
    ({ metadata, status }) =>
      !metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') &&
      status?.phase !== 'Succeeded' &&
      status?.phase !== 'Failed',
  );
  for (const { metadata } of going) {
    const { name, namespace = '' } = metadata;
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
    try {
      await door.ask('POST', `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body);
    } catch (error) {
      // A budget does not allow it yet, or it has gone meanwhile: the next look tells.
      const isLater = error instanceof WorldError && (error.code === 'NotFound' || /: 429/.test(messageOf(error)));
      if (!isLater) throw error;
    }
  }
  return going;
}

/** The cluster's nodes of machines that are no more. */
export async function forgetNode(of: Pick<NodeApi, 'folders' | 'clock'>, machines: readonly string[]): Promise<void> {
  for (const machine of machines)
    try {
      await withApi(of, (door) => door.ask('DELETE', nodePath(machine)));
    } catch (error) {
      if (!(error instanceof WorldError && error.code === 'NotFound')) throw error;
    }
}
