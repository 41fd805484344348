// Keeps the ControllerRevisions of a StatefulSet or DaemonSet: finds or makes the one of the present template, and forgets
// old ones that nothing uses.
import { labelSelectorMatches } from '#base';
import { ApiError, type Resource } from '#client';
import { forgettableRevisions, planRevisions } from '#engine/workload';
import type { ControllerRevision, KubeObject, LabelSelector, PodTemplateSpec } from '#model/kube';
import { claimDependents, deleteExactly, nameOf, ownerReference } from '#reconcile';
import type { ControllerContext } from './context.ts';

interface Revisioned extends KubeObject {
  spec?: { selector?: LabelSelector; template?: PodTemplateSpec; revisionHistoryLimit?: number };
  status?: { collisionCount?: number };
}

export interface Revisions {
  readonly all: readonly ControllerRevision[];
  /** Of the present template. */
  readonly update: ControllerRevision;
}

export async function keepRevisions<O extends Revisioned>(
  context: ControllerContext,
  of: Resource<O>,
  owner: O,
): Promise<Revisions> {
  const { client, kinds } = context;
  const known = await claimDependents({
    client,
    of: kinds.revisions,
    ownerOf: of,
    owner,
    candidates: context.revisionsByController.candidates(owner),
    matches: (revision) => labelSelectorMatches(owner.spec?.selector, revision.metadata?.labels),
  });
  const plan = planRevisions({
    name: owner.metadata?.name ?? '',
    namespace: owner.metadata?.namespace,
    template: owner.spec?.template,
    labels: owner.spec?.template?.metadata?.labels ?? {},
    revisions: known,
    collisionCount: owner.status?.collisionCount,
  });
  if (plan.update && plan.renumber === undefined) return { all: known, update: plan.update };
  if (plan.update) {
    const update = await client.patch(kinds.revisions, nameOf(plan.update), {
      type: 'merge',
      body: { revision: plan.renumber },
    });
    return { all: known.map((revision) => (revision === plan.update ? update : revision)), update };
  }
  const ownerReferences = [ownerReference(of, owner)];
  const wanted = { ...plan.create, metadata: { ...plan.create?.metadata, ownerReferences } } as ControllerRevision;
  try {
    const update = await client.create(kinds.revisions, wanted);
    return { all: [...known, update], update };
  } catch (thrown) {
    if (!(thrown instanceof ApiError && thrown.reason === 'AlreadyExists')) throw thrown;
    const status = { ...owner.status, collisionCount: (owner.status?.collisionCount ?? 0) + 1 };
    await client.update(of, { ...owner, status }, { subresource: 'status' });
    throw new ApiError(409, 'Conflict', `revision ${wanted.metadata?.name} exists with another template`);
  }
}

export async function forgetRevisions(
  context: ControllerContext,
  revisions: Revisions,
  used: ReadonlySet<string>,
  limit: number | undefined,
): Promise<void> {
  for (const revision of forgettableRevisions(revisions.all, used, limit ?? 10)) {
    await deleteExactly(context.client, context.kinds.revisions, revision);
  }
}
