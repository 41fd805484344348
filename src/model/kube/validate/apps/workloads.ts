// Validation of the apps group. A workload's selector must match its template's labels and never changes.
import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  LabelSelector,
  PodTemplateSpec,
  ReplicaSet,
  StatefulSet,
} from '../../generated/kinds.ts';
import { labelMatcherOf } from '../../selector/label-selector.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import { validateTemplate } from '../core/pod.ts';
import type { Findings } from '../finding.ts';
import { countOrPercent, isEmptySelector, isZeroCount, labelSelector, nonNegative, oneOf } from '../rules.ts';

interface SelectingSpec {
  readonly selector?: LabelSelector;
  readonly template?: PodTemplateSpec;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
}

/** What all workloads have in common. */
function validateSelecting(spec: SelectingSpec, to: Findings): void {
  if (!spec.selector) to.required('spec.selector');
  else {
    labelSelector(spec.selector, 'spec.selector', to);
    if (isEmptySelector(spec.selector))
      to.invalid('spec.selector', spec.selector, 'empty selector is invalid for deployment');
  }
  nonNegative(spec.minReadySeconds, 'spec.minReadySeconds', to);
  nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', to);
  const labels = spec.template?.metadata?.labels;
  if (spec.selector && !isEmptySelector(spec.selector) && !labelMatcherOf(spec.selector).matches(labels))
    to.invalid('spec.template.metadata.labels', labels ?? {}, '`selector` does not match template `labels`');
  validateTemplate(spec.template, 'spec.template', to);
  const pod = spec.template?.spec;
  if (pod && pod.restartPolicy !== 'Always')
    to.notSupported('spec.template.spec.restartPolicy', pod.restartPolicy, ['Always']);
  if (pod?.activeDeadlineSeconds !== undefined)
    to.forbidden(
      'spec.template.spec.activeDeadlineSeconds',
      'activeDeadlineSeconds in this controller is not Supported',
    );
}

function selectorFixed(now: SelectingSpec | undefined, before: SelectingSpec | undefined, to: Findings): void {
  if (!semanticEqual(now?.selector, before?.selector)) to.invalid('spec.selector', now?.selector, 'field is immutable');
}

export function validateDeployment(deployment: Deployment, to: Findings): void {
  const spec = deployment.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  nonNegative(spec.replicas, 'spec.replicas', to);
  validateSelecting(spec, to);
  const { type, rollingUpdate } = spec.strategy ?? {};
  oneOf(type, ['Recreate', 'RollingUpdate'], 'spec.strategy.type', to);
  if (type === 'Recreate' && rollingUpdate)
    to.forbidden('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'");
  const at = 'spec.strategy.rollingUpdate';
  countOrPercent(rollingUpdate?.maxUnavailable, `${at}.maxUnavailable`, to);
  countOrPercent(rollingUpdate?.maxSurge, `${at}.maxSurge`, to, { above100: true });
  if (rollingUpdate && isZeroCount(rollingUpdate.maxUnavailable) && isZeroCount(rollingUpdate.maxSurge))
    to.invalid(`${at}.maxUnavailable`, rollingUpdate.maxUnavailable, 'may not be 0 when `maxSurge` is 0');
  nonNegative(spec.progressDeadlineSeconds, 'spec.progressDeadlineSeconds', to);
  if (spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds <= (spec.minReadySeconds ?? 0))
    to.invalid('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds, 'must be greater than minReadySeconds');
}

export function validateDeploymentUpdate(deployment: Deployment, old: Deployment, to: Findings): void {
  selectorFixed(deployment.spec, old.spec, to);
}

export function validateReplicaSet(set: ReplicaSet, to: Findings): void {
  if (!set.spec) {
    to.required('spec');
    return;
  }
  nonNegative(set.spec.replicas, 'spec.replicas', to);
  validateSelecting(set.spec, to);
}

export function validateReplicaSetUpdate(set: ReplicaSet, old: ReplicaSet, to: Findings): void {
  selectorFixed(set.spec, old.spec, to);
}

export function validateDaemonSet(set: DaemonSet, to: Findings): void {
  if (!set.spec) {
    to.required('spec');
    return;
  }
  validateSelecting(set.spec, to);
  const { type, rollingUpdate } = set.spec.updateStrategy ?? {};
  oneOf(type, ['OnDelete', 'RollingUpdate'], 'spec.updateStrategy.type', to);
  const at = 'spec.updateStrategy.rollingUpdate';
  countOrPercent(rollingUpdate?.maxUnavailable, `${at}.maxUnavailable`, to);
  countOrPercent(rollingUpdate?.maxSurge, `${at}.maxSurge`, to);
  if (!rollingUpdate) return;
  const surges = !isZeroCount(rollingUpdate.maxSurge ?? 0);
  const yields = !isZeroCount(rollingUpdate.maxUnavailable ?? 0);
  if (!surges && !yields) to.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
  if (surges && yields)
    to.invalid(`${at}.maxSurge`, rollingUpdate.maxSurge, 'may not be set when maxUnavailable is non-zero');
}

export function validateDaemonSetUpdate(set: DaemonSet, old: DaemonSet, to: Findings): void {
  selectorFixed(set.spec, old.spec, to);
}

export function validateStatefulSet(set: StatefulSet, to: Findings): void {
  const spec = set.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  nonNegative(spec.replicas, 'spec.replicas', to);
  validateSelecting(spec, to);
  oneOf(spec.podManagementPolicy, ['OrderedReady', 'Parallel'], 'spec.podManagementPolicy', to);
  oneOf(spec.updateStrategy?.type, ['OnDelete', 'RollingUpdate'], 'spec.updateStrategy.type', to);
  if (spec.updateStrategy?.type === 'OnDelete' && spec.updateStrategy.rollingUpdate)
    to.invalid(
      'spec.updateStrategy.rollingUpdate',
      spec.updateStrategy.rollingUpdate,
      "only allowed for updateStrategy 'RollingUpdate'",
    );
  nonNegative(spec.updateStrategy?.rollingUpdate?.partition, 'spec.updateStrategy.rollingUpdate.partition', to);
  nonNegative(spec.ordinals?.start, 'spec.ordinals.start', to);
  for (const when of ['whenDeleted', 'whenScaled'] as const)
    oneOf(
      spec.persistentVolumeClaimRetentionPolicy?.[when],
      ['Delete', 'Retain'],
      `spec.persistentVolumeClaimRetentionPolicy.${when}`,
      to,
    );
}

const STATEFUL_MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const;

export function validateStatefulSetUpdate(set: StatefulSet, old: StatefulSet, to: Findings): void {
  const masked = Object.fromEntries(STATEFUL_MUTABLE.map((field) => [field, undefined]));
  if (!semanticEqual({ ...set.spec, ...masked }, { ...old.spec, ...masked }))
    to.forbidden(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    );
}

export function validateControllerRevision(revision: ControllerRevision, to: Findings): void {
  if (revision.data === undefined || revision.data === null) to.required('data', 'data is mandatory');
  nonNegative(revision.revision, 'revision', to);
}

export function validateControllerRevisionUpdate(
  revision: ControllerRevision,
  old: ControllerRevision,
  to: Findings,
): void {
  if (!semanticEqual(revision.data, old.data)) to.invalid('data', revision.data, 'field is immutable');
}
