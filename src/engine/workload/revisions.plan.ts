// Decides which ControllerRevision stands for a workload's present template, and which old ones are forgotten. Going back
// to an earlier template takes its revision up again under a new number. `kubectl rollout undo` applies a revision's data
// as a strategic merge patch, hence the replace directive. Source: Kubernetes API, apps/v1 ControllerRevision.
import { sameJson, stableHash } from '#base';
import type { ControllerRevision, PodTemplateSpec } from '#model/kube';

export const revisionHashLabel = 'controller-revision-hash';

export interface RevisionsPlan {
  /** The revision of the present template, when it is known. */
  readonly update?: ControllerRevision;
  /** What to make when it is not, without owner. */
  readonly create?: ControllerRevision;
  /** New number for {@link update}. */
  readonly renumber?: number;
}

export interface RevisionsInput {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly template: PodTemplateSpec | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly revisions: readonly ControllerRevision[];
  readonly collisionCount: number | undefined;
}

export function planRevisions(input: RevisionsInput): RevisionsPlan {
  const data = { spec: { template: { ...input.template, $patch: 'replace' } } };
  const ordered = [...input.revisions].sort((a, b) => a.revision - b.revision);
  const highest = ordered.at(-1)?.revision ?? 0;
  const equal = ordered.findLast((revision) => sameJson(revision.data, data));
  if (equal) return equal.revision === highest ? { update: equal } : { update: equal, renumber: highest + 1 };
  const hash = stableHash(data, input.collisionCount ? String(input.collisionCount) : '');
  const create: ControllerRevision = {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${input.name}-${hash}`,
      namespace: input.namespace,
      labels: { ...input.labels, [revisionHashLabel]: hash },
    },
    data,
    revision: highest + 1,
  };
  return { create };
}

/** Revisions beyond the limit that nothing uses, oldest first. */
export function forgettableRevisions(
  revisions: readonly ControllerRevision[],
  used: ReadonlySet<string>,
  limit: number,
): ControllerRevision[] {
  const idle = revisions.filter((revision) => !used.has(revision.metadata?.name ?? ''));
  return idle.sort((a, b) => a.revision - b.revision).slice(0, Math.max(0, idle.length - limit));
}

/** The template that a revision holds. */
export function templateOf(revision: ControllerRevision | undefined): PodTemplateSpec | undefined {
  const template = (revision?.data as { spec?: { template?: PodTemplateSpec & { $patch?: string } } } | undefined)?.spec
    ?.template;
  if (!template) return undefined;
  const { $patch: _directive, ...plain } = template;
  return plain;
}
