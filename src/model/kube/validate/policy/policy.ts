// Validation of disruption budgets, autoscalers, priority classes and leases.
import type {
  HorizontalPodAutoscaler,
  HPAScalingRules,
  Lease,
  MetricSpec,
  PodDisruptionBudget,
  PriorityClass,
} from '../../generated/kinds.ts';
import { semanticEqual } from '../../strategy/semantic.ts';
import type { Findings } from '../finding.ts';
import { USER_PRIORITY_MAX } from '../limits.ts';
import { countOrPercent, labelSelector, nonNegative, oneOf, optionalOneOf, positive } from '../rules.ts';

export function validatePodDisruptionBudget(budget: PodDisruptionBudget, to: Findings): void {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = budget.spec ?? {};
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    to.invalid('spec', budget.spec, 'minAvailable and maxUnavailable cannot be both set');
  countOrPercent(minAvailable, 'spec.minAvailable', to);
  countOrPercent(maxUnavailable, 'spec.maxUnavailable', to);
  labelSelector(selector, 'spec.selector', to);
  optionalOneOf(unhealthyPodEvictionPolicy, ['AlwaysAllow', 'IfHealthyBudget'], 'spec.unhealthyPodEvictionPolicy', to);
}

const METRIC_SOURCES: Readonly<Record<string, keyof MetricSpec>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

function validateMetric(metric: MetricSpec, at: string, to: Findings): void {
  oneOf(metric.type, Object.keys(METRIC_SOURCES), `${at}.type`, to);
  const source = METRIC_SOURCES[metric.type];
  if (source && !metric[source])
    to.required(`${at}.${source}`, 'must populate information for the given metric source');
  const target = metric.resource?.target;
  if (!target) return;
  oneOf(target.type, ['AverageValue', 'Utilization', 'Value'], `${at}.resource.target.type`, to);
  positive(target.averageUtilization, `${at}.resource.target.averageUtilization`, to);
  if (target.averageUtilization === undefined && target.averageValue === undefined)
    to.required(
      `${at}.resource.target.averageUtilization`,
      'must set either a target raw value or a target utilization',
    );
  if (target.averageUtilization !== undefined && target.averageValue !== undefined)
    to.forbidden(`${at}.resource.target.averageValue`, 'may not set both a target raw value and a target utilization');
}

function validateScaling(rules: HPAScalingRules | undefined, at: string, to: Findings): void {
  if (!rules) return;
  const window = rules.stabilizationWindowSeconds;
  nonNegative(window, `${at}.stabilizationWindowSeconds`, to);
  if (window !== undefined && window > 3600)
    to.invalid(`${at}.stabilizationWindowSeconds`, window, 'must be less than or equal to 3600');
  optionalOneOf(rules.selectPolicy, ['Disabled', 'Max', 'Min'], `${at}.selectPolicy`, to);
  if (!rules.policies?.length) to.required(`${at}.policies`, 'must specify at least one Policy');
  rules.policies?.forEach((policy, i) => {
    oneOf(policy.type, ['Percent', 'Pods'], `${at}.policies[${i}].type`, to);
    positive(policy.value, `${at}.policies[${i}].value`, to);
    positive(policy.periodSeconds, `${at}.policies[${i}].periodSeconds`, to);
    if (policy.periodSeconds > 1800)
      to.invalid(`${at}.policies[${i}].periodSeconds`, policy.periodSeconds, 'must be less than or equal to 1800');
  });
}

/** Versions 1 and 2 alike: version 1 has no metrics and no behaviour. */
export function validateAutoscaler(scaler: HorizontalPodAutoscaler, to: Findings): void {
  const spec = scaler.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  if ((spec.minReplicas ?? 1) < 1)
    to.invalid('spec.minReplicas', spec.minReplicas, 'must be greater than or equal to 1');
  if (!spec.maxReplicas || spec.maxReplicas < 1)
    to.invalid('spec.maxReplicas', spec.maxReplicas ?? 0, 'must be greater than 0');
  else if (spec.maxReplicas < (spec.minReplicas ?? 1))
    to.invalid('spec.maxReplicas', spec.maxReplicas, 'must be greater than or equal to `minReplicas`');
  if (!spec.scaleTargetRef?.kind) to.required('spec.scaleTargetRef.kind');
  if (!spec.scaleTargetRef?.name) to.required('spec.scaleTargetRef.name');
  spec.metrics?.forEach((metric, i) => {
    validateMetric(metric, `spec.metrics[${i}]`, to);
  });
  validateScaling(spec.behavior?.scaleUp, 'spec.behavior.scaleUp', to);
  validateScaling(spec.behavior?.scaleDown, 'spec.behavior.scaleDown', to);
}

const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

export function validatePriorityClass(priorityClass: PriorityClass, to: Findings): void {
  const name = priorityClass.metadata?.name ?? '';
  const value = priorityClass.value ?? 0;
  if (name.startsWith('system-')) {
    if (SYSTEM_CLASSES[name] !== value)
      to.forbidden('metadata.name', "priority class names with 'system-' prefix are reserved for system use only");
  } else if (value > USER_PRIORITY_MAX)
    to.forbidden('value', `maximum allowed value of a user defined priority is ${USER_PRIORITY_MAX}`);
  optionalOneOf(priorityClass.preemptionPolicy, ['Never', 'PreemptLowerPriority'], 'preemptionPolicy', to);
}

export function validatePriorityClassUpdate(now: PriorityClass, old: PriorityClass, to: Findings): void {
  if ((now.value ?? 0) !== (old.value ?? 0)) to.forbidden('value', 'may not be changed in an update.');
  if (now.preemptionPolicy !== old.preemptionPolicy)
    to.invalid('preemptionPolicy', now.preemptionPolicy, 'field is immutable');
}

export function validateLease(lease: Lease, to: Findings): void {
  const spec = lease.spec;
  positive(spec?.leaseDurationSeconds, 'spec.leaseDurationSeconds', to);
  nonNegative(spec?.leaseTransitions, 'spec.leaseTransitions', to);
  if (spec?.holderIdentity === '') to.invalid('spec.holderIdentity', '', 'must not be empty');
}

export function specFixed(now: object, old: object, to: Findings): void {
  const after = (now as { spec?: unknown }).spec;
  if (!semanticEqual(after, (old as { spec?: unknown }).spec)) to.invalid('spec', after, 'field is immutable');
}
