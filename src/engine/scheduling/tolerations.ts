// Whether tolerations let a pod onto a tainted node. Source: Kubernetes concepts "Taints and Tolerations".
import type { Taint, Toleration } from '#model/kube';

/** What a node carries that is lost and was fenced. Source: Kubernetes concepts "Node Shutdowns". */
export const OUT_OF_SERVICE = {
  key: 'node.kubernetes.io/out-of-service',
  value: 'nodeshutdown',
  effect: 'NoExecute',
} as const satisfies Taint;

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  const operator = toleration.operator || 'Equal';
  if (operator === 'Exists') return true;
  if (!toleration.key) return false;
  const [left, right] = [Number(taint.value), Number(toleration.value)];
  if (operator === 'Gt') return left > right;
  if (operator === 'Lt') return left < right;
  return operator === 'Equal' && (toleration.value ?? '') === (taint.value ?? '');
}

/** The first taint with one of `effects` that nothing tolerates. */
export function untoleratedTaint(
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  effects: readonly string[],
): Taint | undefined {
  return taints?.find(
    (taint) => effects.includes(taint.effect) && !tolerations?.some((toleration) => tolerates(toleration, taint)),
  );
}
