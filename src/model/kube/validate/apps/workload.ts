// What all workloads have in common: the selector must match the labels of the template, and never changes.
import type { LabelSelector, PersistentVolumeClaim, PodTemplateSpec } from '../../generated/kinds.ts';
import { labelMatcherOf } from '../../selector/label-selector.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import { validateTemplate } from '../core/pod.ts';
import type { Findings } from '../finding.ts';
import { isEmptySelector, labelSelector } from '../label-selector.ts';
import { nonNegative } from '../numbers.ts';

interface SelectingSpec {
  readonly selector?: LabelSelector;
  readonly template?: PodTemplateSpec;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit?: number;
  readonly volumeClaimTemplates?: readonly PersistentVolumeClaim[];
}

/** What all workloads have in common. */
export function validateSelecting(spec: SelectingSpec, to: Findings): void {
  if (!spec.selector) to.required('spec.selector');
  else {
    labelSelector(spec.selector, 'spec.selector', to);
    if (isEmptySelector(spec.selector)) to.invalid('spec.selector', spec.selector, 'empty selector is invalid');
  }
  nonNegative(spec.minReadySeconds, 'spec.minReadySeconds', to);
  nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', to);
  const labels = spec.template?.metadata?.labels;
  if (spec.selector && !isEmptySelector(spec.selector) && !labelMatcherOf(spec.selector).matches(labels))
    to.invalid('spec.template.metadata.labels', labels ?? {}, '`selector` does not match template `labels`');
  const claimNames = spec.volumeClaimTemplates?.map((claim) => claim.metadata?.name ?? '');
  validateTemplate(spec.template, 'spec.template', to, claimNames);
  const pod = spec.template?.spec;
  if (pod && pod.restartPolicy !== 'Always')
    to.notSupported('spec.template.spec.restartPolicy', pod.restartPolicy, ['Always']);
  if (pod?.activeDeadlineSeconds !== undefined)
    to.forbidden(
      'spec.template.spec.activeDeadlineSeconds',
      'activeDeadlineSeconds in this controller is not Supported',
    );
}

export function selectorFixed(now: SelectingSpec | undefined, before: SelectingSpec | undefined, to: Findings): void {
  if (!semanticEqual(now?.selector, before?.selector)) to.invalid('spec.selector', now?.selector, 'field is immutable');
}
