// Empties a namespace that is being deleted, custom resources included, says in its conditions what is still in the way,
// and lets it go when it is empty. Source: Kubernetes concepts "Namespaces".
import { messageOf, sameJson } from '#base';
import { ApiError, type Resource } from '#client';
import type { KubeObject, Namespace, NamespaceCondition } from '#model/kube';
import { rfc3339 } from '#platform/clock';
import { type Controller, deleteExactly, nameOfKey } from '#reconcile';
import { allResources } from '../all-resources.ts';
import type { ControllerContext } from '../context.ts';
import { namespaceDeletesMax, namespaceRecheckMs } from '../limits.ts';
import { watchSelf } from '../watches.ts';

const FINALIZER = 'kubernetes';

interface Emptied {
  /** What is left, by "resource.group". */
  readonly left: Map<string, number>;
  readonly finalizers: Map<string, number>;
  readonly failures: string[];
  discoveryFailure?: string;
}

export function namespaceController(context: ControllerContext): Controller {
  const { caches, client, kinds } = context;
  return {
    name: 'namespace-controller',
    watches: [watchSelf(caches.namespaces)],
    async reconcile(key) {
      const namespace = caches.namespaces.get(nameOfKey(key));
      if (!namespace?.metadata?.deletionTimestamp || !namespace.spec?.finalizers?.includes(FINALIZER)) return undefined;
      const emptied = await empty(context, key);
      const current = await writeConditions(context, namespace, emptied);
      if (emptied.left.size > 0 || emptied.failures.length > 0 || emptied.discoveryFailure) {
        return { againAfterMs: namespaceRecheckMs };
      }
      const finalizers = (current.spec?.finalizers ?? []).filter((name) => name !== FINALIZER);
      await client.update(
        kinds.namespaces,
        { ...current, spec: { ...current.spec, finalizers } },
        { subresource: 'finalize' },
      );
      return undefined;
    },
  };
}

async function empty(context: ControllerContext, namespace: string): Promise<Emptied> {
  const emptied: Emptied = { left: new Map(), finalizers: new Map(), failures: [] };
  let resources: readonly Resource[];
  try {
    resources = (await allResources(context.client)).filter((of) => of.namespaced && of.facts.verbs.includes('delete'));
  } catch (thrown) {
    emptied.discoveryFailure = messageOf(thrown);
    return emptied;
  }
  for (const of of resources) {
    try {
      await emptyResource(context, { of, namespace }, emptied);
    } catch (thrown) {
      if (thrown instanceof ApiError && (thrown.code === 404 || thrown.code === 405)) continue;
      emptied.failures.push(`${of.resource}: ${messageOf(thrown)}`);
    }
  }
  return emptied;
}

async function emptyResource(
  context: ControllerContext,
  place: { of: Resource; namespace: string },
  emptied: Emptied,
): Promise<void> {
  const { of, namespace } = place;
  const before = (await context.client.list(of, { namespace })).items;
  if (before.length === 0) return;
  const waiting = before.filter((object) => !object.metadata?.deletionTimestamp);
  for (let first = 0; first < waiting.length; first += namespaceDeletesMax) {
    const batch = waiting.slice(first, first + namespaceDeletesMax);
    await Promise.all(
      batch.map((object) => deleteExactly(context.client, of, object, { propagationPolicy: 'Background' })),
    );
  }
  const left: readonly KubeObject[] = (await context.client.list(of, { namespace })).items;
  if (left.length > 0) emptied.left.set(of.group ? `${of.resource}.${of.group}` : `${of.resource}.`, left.length);
  for (const finalizer of left.flatMap((object) => object.metadata?.finalizers ?? [])) {
    emptied.finalizers.set(finalizer, (emptied.finalizers.get(finalizer) ?? 0) + 1);
  }
}

function conditionsOf(emptied: Emptied): Omit<NamespaceCondition, 'lastTransitionTime'>[] {
  const { left, finalizers, failures, discoveryFailure } = emptied;
  const listed = (map: Map<string, number>, say: (name: string, count: number) => string): string =>
    [...map]
      .sort()
      .map(([name, count]) => say(name, count))
      .join(', ');
  const one = (type: string, bad: boolean, reasons: [string, string], messages: [string, string]) => ({
    type,
    status: bad ? 'True' : 'False',
    reason: reasons[bad ? 0 : 1],
    message: messages[bad ? 0 : 1],
  });
  const remaining = listed(left, (name, count) => `${name} has ${count} resource instances`);
  const held = listed(finalizers, (name, count) => `${name} in ${count} resource instances`);
  return [
    one(
      'NamespaceDeletionDiscoveryFailure',
      discoveryFailure !== undefined,
      ['DiscoveryFailed', 'ResourcesDiscovered'],
      [`Discovery failed: ${discoveryFailure}`, 'All resources successfully discovered'],
    ),
    one(
      'NamespaceDeletionGroupVersionParsingFailure',
      false,
      ['GroupVersionParsingFailed', 'ParsedGroupVersions'],
      ['', 'All legacy kube types successfully parsed'],
    ),
    one(
      'NamespaceDeletionContentFailure',
      failures.length > 0,
      ['ContentDeletionFailed', 'ContentDeleted'],
      [
        `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(', ')}`,
        'All content successfully deleted, may be waiting on finalization',
      ],
    ),
    one(
      'NamespaceContentRemaining',
      left.size > 0,
      ['SomeResourcesRemain', 'ContentRemoved'],
      [`Some resources are remaining: ${remaining}`, 'All content successfully removed'],
    ),
    one(
      'NamespaceFinalizersRemaining',
      finalizers.size > 0,
      ['SomeFinalizersRemain', 'ContentHasNoFinalizers'],
      [`Some content in the namespace has finalizers remaining: ${held}`, 'All content-preserving finalizers finished'],
    ),
  ];
}

async function writeConditions(context: ControllerContext, namespace: Namespace, emptied: Emptied): Promise<Namespace> {
  const known = namespace.status?.conditions ?? [];
  const now = rfc3339(context.clock.now());
  const conditions = conditionsOf(emptied).map((wanted) => {
    const before = known.find((condition) => condition.type === wanted.type);
    const since = before?.status === wanted.status ? before.lastTransitionTime : now;
    return { ...wanted, lastTransitionTime: since };
  });
  if (sameJson(known, conditions)) return namespace;
  const status = { ...namespace.status, phase: 'Terminating', conditions };
  return context.client.update(context.kinds.namespaces, { ...namespace, status }, { subresource: 'status' });
}
