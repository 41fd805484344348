// Defaults of autoscaling, priorities, flow control, access rights and tokens.
import type {
  ClusterRoleBinding,
  FlowSchema,
  HorizontalPodAutoscaler,
  HPAScalingRules,
  PriorityClass,
  PriorityLevelConfiguration,
  RoleBinding,
  TokenRequest,
} from '../../generated/kinds.ts';

const RBAC_GROUP = 'rbac.authorization.k8s.io';

export function defaultRoleBinding(binding: RoleBinding | ClusterRoleBinding): void {
  if (binding.roleRef) binding.roleRef.apiGroup ||= RBAC_GROUP;
  for (const subject of binding.subjects ?? [])
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= RBAC_GROUP;
}

export function defaultPriorityClass(priorityClass: PriorityClass): void {
  priorityClass.preemptionPolicy ||= 'PreemptLowerPriority';
}

function defaultScaling(given: HPAScalingRules | undefined, standard: HPAScalingRules): HPAScalingRules {
  return {
    ...standard,
    ...given,
    policies: given?.policies?.length ? given.policies : standard.policies,
  };
}

/** Source: Kubernetes concept page "Horizontal Pod Autoscaling", default behaviour. */
export function defaultAutoscaler(scaler: HorizontalPodAutoscaler): void {
  const spec = scaler.spec;
  if (!spec) return;
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length)
    spec.metrics = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ];
  if (!spec.behavior) return;
  spec.behavior.scaleUp = defaultScaling(spec.behavior.scaleUp, {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  });
  spec.behavior.scaleDown = defaultScaling(spec.behavior.scaleDown, {
    selectPolicy: 'Max',
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
  });
}

export function defaultFlowSchema(schema: FlowSchema): void {
  if (schema.spec) schema.spec.matchingPrecedence ||= 1000;
}

export function defaultPriorityLevel(level: PriorityLevelConfiguration): void {
  const limited = level.spec?.limited;
  if (limited) {
    limited.nominalConcurrencyShares ??= 30;
    limited.lendablePercent ??= 0;
    const queuing = limited.limitResponse?.queuing;
    if (queuing) {
      queuing.queues ||= 64;
      queuing.handSize ||= 8;
      queuing.queueLengthLimit ||= 50;
    }
  }
  if (level.spec?.exempt) {
    level.spec.exempt.nominalConcurrencyShares ??= 0;
    level.spec.exempt.lendablePercent ??= 0;
  }
}

export function defaultTokenRequest(request: TokenRequest): void {
  if (request.spec) request.spec.expirationSeconds ??= 3600;
}
