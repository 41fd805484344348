// What a failed pod means for its Job, by the pod failure policy. Source: Kubernetes concepts "Jobs", "Pod failure policy".
import type { Job, Pod, PodFailurePolicyRule } from '#model/kube';

export interface FailureVerdict {
  readonly action: 'Count' | 'Ignore' | 'FailJob' | 'FailIndex';
  readonly message?: string;
}

function containerMatch(rule: PodFailurePolicyRule, pod: Pod): { name: string; exitCode: number } | undefined {
  const { onExitCodes } = rule;
  if (!onExitCodes) return undefined;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  for (const { name, state } of statuses) {
    const exitCode = state?.terminated?.exitCode;
    if (exitCode === undefined || exitCode === 0) continue;
    if (onExitCodes.containerName && onExitCodes.containerName !== name) continue;
    if (onExitCodes.values.includes(exitCode) === (onExitCodes.operator === 'In')) return { name, exitCode };
  }
  return undefined;
}

export function judgeFailure(job: Job, pod: Pod): FailureVerdict {
  const where = `${pod.metadata?.namespace}/${pod.metadata?.name}`;
  for (const [place, rule] of (job.spec?.podFailurePolicy?.rules ?? []).entries()) {
    const action = rule.action as FailureVerdict['action'];
    const container = containerMatch(rule, pod);
    if (container) {
      const { name, exitCode } = container;
      const message = `Container ${name} for pod ${where} failed with exit code ${exitCode} matching ${action} rule at index ${place}`;
      return { action, message };
    }
    const condition = (rule.onPodConditions ?? []).find((wanted) =>
      pod.status?.conditions?.some((c) => c.type === wanted.type && c.status === (wanted.status ?? 'True')),
    );
    if (condition) {
      return {
        action,
        message: `Pod ${where} has condition ${condition.type} matching ${action} rule at index ${place}`,
      };
    }
  }
  return { action: 'Count' };
}
