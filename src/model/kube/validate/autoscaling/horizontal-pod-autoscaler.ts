// Validation of autoscalers.
import type { HorizontalPodAutoscaler, HPAScalingRules, MetricSpec } from '../../generated/kinds.ts';
import { oneOf, optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { nonNegative, positive } from '../numbers.ts';

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
