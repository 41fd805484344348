// Validation of jobs.
import type { Job, JobSpec } from '../../generated/kinds.ts';
import { labelMatcherOf } from '../../selector/label-selector.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import { oneOf, optionalOneOf } from '../choices.ts';
import { validateTemplate } from '../core/pod.ts';
import type { Findings } from '../finding.ts';
import { labelSelector } from '../label-selector.ts';
import { INDEXED_PARALLELISM_MAX } from '../limits.ts';
import { nonNegative } from '../numbers.ts';

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
  'ttlSecondsAfterFinished',
] as const;

function validateIndexed(spec: JobSpec, field: string, to: Findings): void {
  const indexed = spec.completionMode === 'Indexed';
  if (indexed && spec.completions === undefined) to.required(`${field}.completions`, 'when completion mode is Indexed');
  if (indexed && (spec.parallelism ?? 0) > INDEXED_PARALLELISM_MAX)
    to.invalid(
      `${field}.parallelism`,
      spec.parallelism,
      `must be less than or equal to ${INDEXED_PARALLELISM_MAX} when completion mode is Indexed`,
    );
  if (!indexed && spec.backoffLimitPerIndex !== undefined)
    to.invalid(`${field}.backoffLimitPerIndex`, spec.backoffLimitPerIndex, 'requires indexed completion mode');
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    to.required(`${field}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified');
  if (spec.successPolicy && !indexed)
    to.invalid(`${field}.successPolicy`, spec.successPolicy, 'requires indexed completion mode');
}

function validateFailurePolicy(spec: JobSpec, field: string, to: Findings): void {
  spec.podFailurePolicy?.rules?.forEach((rule, i) => {
    const at = `${field}.podFailurePolicy.rules[${i}]`;
    oneOf(rule.action, ['Count', 'FailIndex', 'FailJob', 'Ignore'], `${at}.action`, to);
    if (!rule.onExitCodes && !rule.onPodConditions?.length)
      to.invalid(at, rule, 'specifying one of OnExitCodes and OnPodConditions is required');
    if (rule.onExitCodes) {
      oneOf(rule.onExitCodes.operator, ['In', 'NotIn'], `${at}.onExitCodes.operator`, to);
      if (!rule.onExitCodes.values?.length)
        to.invalid(`${at}.onExitCodes.values`, rule.onExitCodes.values, 'at least one value is required');
      if (rule.onExitCodes.operator === 'In' && rule.onExitCodes.values?.includes(0))
        to.invalid(`${at}.onExitCodes.values`, 0, 'must not be 0 for the In operator');
    }
  });
  if (spec.podFailurePolicy && spec.template?.spec?.restartPolicy !== 'Never')
    to.invalid(
      `${field}.template.spec.restartPolicy`,
      spec.template?.spec?.restartPolicy,
      'only "Never" is supported when podFailurePolicy is specified',
    );
}

export function validateJobSpec(spec: JobSpec, field: string, to: Findings): void {
  for (const name of COUNTS) nonNegative(spec[name], `${field}.${name}`, to);
  optionalOneOf(spec.completionMode, ['Indexed', 'NonIndexed'], `${field}.completionMode`, to);
  optionalOneOf(spec.podReplacementPolicy, ['Failed', 'TerminatingOrFailed'], `${field}.podReplacementPolicy`, to);
  validateIndexed(spec, field, to);
  validateFailurePolicy(spec, field, to);
  validateTemplate(spec.template, `${field}.template`, to);
  const policy = spec.template?.spec?.restartPolicy;
  // A job's pods come to an end, so "Always" is not for them, and there is no default.
  if (policy === 'Always' || !policy)
    to.required(`${field}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"');
}

export function validateJob(job: Job, to: Findings): void {
  const spec = job.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  validateJobSpec(spec, 'spec', to);
  if (!spec.selector) {
    to.required('spec.selector');
    return;
  }
  labelSelector(spec.selector, 'spec.selector', to);
  if (!labelMatcherOf(spec.selector).matches(spec.template?.metadata?.labels))
    to.invalid(
      'spec.template.metadata.labels',
      spec.template?.metadata?.labels ?? {},
      '`selector` does not match template `labels`',
    );
}

/** The template is fixed once the job has started, except where a suspended job's pods may run. */
export function validateJobUpdate(job: Job, old: Job, to: Findings): void {
  const { spec: now } = job;
  const { spec: before } = old;
  if (!now || !before) return;
  const elastic = now.completionMode === 'Indexed' && now.completions === now.parallelism;
  if (!elastic && now.completions !== before.completions)
    to.invalid('spec.completions', now.completions, 'field is immutable');
  for (const field of [
    'selector',
    'completionMode',
    'podFailurePolicy',
    'backoffLimitPerIndex',
    'managedBy',
    'successPolicy',
  ] as const)
    if (!semanticEqual(now[field], before[field])) to.invalid(`spec.${field}`, now[field], 'field is immutable');
  const waiting = Boolean(before.suspend) && !old.status?.startTime;
  const directives = waiting
    ? { nodeSelector: undefined, affinity: undefined, tolerations: undefined, schedulingGates: undefined }
    : {};
  const template = (spec: JobSpec) => ({
    ...spec.template,
    ...(waiting ? { metadata: undefined } : {}),
    spec: { ...spec.template?.spec, ...directives },
  });
  if (!semanticEqual(template(now), template(before))) to.invalid('spec.template', now.template, 'field is immutable');
}
