// Deletes what has lost its owners, over all resources, driven by their changes. Cross-namespace references resolve to
// nothing, so their holders are collected. Source: Kubernetes concepts "Garbage Collection", "Owners and Dependents".
import { backoffDelayMs, messageOf } from '#base';
import { ApiError, type CacheChange, type Resource } from '#client';
import type { KubeObject } from '#model/kube';
import { deleteExactly, nameOf, orMissing, uidOf, workQueue } from '#reconcile';
import type { ControllerContext } from '../context.ts';
import { ownerUnknownRetryMs } from '../limits.ts';
import {
  foregroundFinalizer,
  isWaitingForDependents,
  type OwnerState,
  orphanFinalizer,
  planGarbage,
} from './garbage.plan.ts';
import { type GraphObject, graphId, type ObjectGraph, objectGraph } from './object-graph.ts';

const RETRY = { firstMs: 5, maxMs: 60_000, factor: 2 };
const CONCURRENCY = 20;

export interface GarbageCollector {
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function garbageCollector(context: ControllerContext): GarbageCollector {
  const log = context.log.child('garbage-collector');
  const graph = objectGraph({ client: context.client, clock: context.clock, log });
  const failures = new Map<string, number>();
  const queue = workQueue({
    clock: context.clock,
    concurrency: CONCURRENCY,
    async work(id) {
      try {
        const againAfterMs = await collect(context, graph, id);
        failures.delete(id);
        if (againAfterMs !== undefined) queue.addAfter(id, againAfterMs);
      } catch (thrown) {
        const attempt = failures.get(id) ?? 0;
        failures.set(id, attempt + 1);
        const conflict = thrown instanceof ApiError && thrown.code === 409;
        if (!conflict) log.warn('collect failed', { object: id, error: messageOf(thrown), attempt });
        queue.addAfter(id, backoffDelayMs(RETRY, attempt));
      }
    },
  });
  graph.onChange((of, change) => {
    for (const id of touched(graph, of, change)) queue.add(id);
  });
  return {
    async start() {
      await graph.start();
      queue.start();
    },
    async stop() {
      graph.stop();
      await queue.stop();
    },
  };
}

/** Whom a change concerns: the object itself, dependents of one that went, owners that wait for one. */
function* touched(graph: ObjectGraph, of: Resource, change: CacheChange<KubeObject>): Iterable<string> {
  const { type, object, previous } = change;
  const { ownerReferences = [], deletionTimestamp, uid = '' } = object.metadata ?? {};
  if (type === 'deleted') for (const { id } of graph.dependents(uid)) yield id;
  else if (deletionTimestamp) yield graphId(of, object);
  else if (ownerReferences.length > 0 && ownerReferences !== previous?.metadata?.ownerReferences)
    yield graphId(of, object);
  for (const reference of [...ownerReferences, ...(previous?.metadata?.ownerReferences ?? [])]) {
    const lookup = graph.owner(object, reference);
    if (lookup.kind === 'found' && isWaitingForDependents(lookup.owner.object)) yield lookup.owner.id;
  }
}

async function collect(context: ControllerContext, graph: ObjectGraph, id: string): Promise<number | undefined> {
  const found = graph.get(id);
  if (!found) return undefined;
  const dependents = graph.dependents(uidOf(found.object));
  const states = await ownerStates(context, graph, found.object);
  const action = planGarbage({
    object: found.object,
    dependents: dependents.map((dependent) => dependent.object),
    stateOf: (reference) => states.get(reference.uid) ?? 'unknown',
  });
  switch (action.kind) {
    case 'keep':
      break;
    case 'dropReferences':
      await dropReferences(context, found, action.uids);
      break;
    case 'delete':
      await deleteExactly(context.client, found.of, found.object, { propagationPolicy: action.propagationPolicy });
      break;
    case 'orphanDependents':
      for (const dependent of dependents) await dropReferences(context, dependent, [uidOf(found.object)]);
      await dropFinalizer(context, found, orphanFinalizer);
      break;
    case 'deleteDependents':
      for (const dependent of dependents) {
        if (!dependent.object.metadata?.deletionTimestamp) await collect(context, graph, dependent.id);
      }
      if (action.done) await dropFinalizer(context, found, foregroundFinalizer);
      break;
  }
  return [...states.values()].includes('unknown') ? ownerUnknownRetryMs : undefined;
}

/** An owner that the cache does not have is asked for once more at the server: deleting is not undone. */
async function ownerStates(
  context: ControllerContext,
  graph: ObjectGraph,
  object: KubeObject,
): Promise<Map<string, OwnerState>> {
  const states = new Map<string, OwnerState>();
  if (object.metadata?.deletionTimestamp) return states;
  for (const reference of object.metadata?.ownerReferences ?? []) {
    const lookup = graph.owner(object, reference);
    if (lookup.kind === 'unknown') states.set(reference.uid, 'unknown');
    else if (lookup.kind === 'found') {
      states.set(reference.uid, isWaitingForDependents(lookup.owner.object) ? 'waiting' : 'alive');
    } else {
      const namespace = lookup.of.namespaced ? object.metadata?.namespace : undefined;
      const at = { name: reference.name, ...(namespace ? { namespace } : {}) };
      const fresh = await orMissing(context.client.get(lookup.of, at));
      states.set(reference.uid, fresh?.metadata?.uid === reference.uid ? 'alive' : 'absent');
    }
  }
  return states;
}

async function dropReferences(context: ControllerContext, target: GraphObject, uids: readonly string[]): Promise<void> {
  const { uid, resourceVersion, ownerReferences = [] } = target.object.metadata ?? {};
  const kept = ownerReferences.filter((reference) => !uids.includes(reference.uid));
  if (kept.length === ownerReferences.length) return;
  const body = { metadata: { uid, resourceVersion, ownerReferences: kept } };
  await orMissing(context.client.patch(target.of, nameOf(target.object), { type: 'merge', body }));
}

async function dropFinalizer(context: ControllerContext, target: GraphObject, finalizer: string): Promise<void> {
  const { uid, resourceVersion, finalizers = [] } = target.object.metadata ?? {};
  const body = { metadata: { uid, resourceVersion, finalizers: finalizers.filter((name) => name !== finalizer) } };
  await orMissing(context.client.patch(target.of, nameOf(target.object), { type: 'merge', body }));
}
