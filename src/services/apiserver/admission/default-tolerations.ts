// Pods stay five minutes on a node that is not ready or cannot be reached, unless they say otherwise; new nodes take no pods
// until they are ready. Source: Kubernetes documentation, "Admission Control", DefaultTolerationSeconds, TaintNodesByCondition.
import type { Node, Pod } from '#model/kube';
import type { AdmissionPlugin } from '../contract.ts';
import { created, isFor } from './refusal.ts';

const NOT_READY = 'node.kubernetes.io/not-ready';
const UNREACHABLE = 'node.kubernetes.io/unreachable';
const TOLERATED_SECONDS = 300;

export function defaultTolerationSeconds(): AdmissionPlugin {
  return {
    name: 'DefaultTolerationSeconds',
    mutate(request) {
      if (!isFor(request, '', 'pods') || (request.operation !== 'CREATE' && request.operation !== 'UPDATE')) return;
      const spec = (request.object as Pod | undefined)?.spec;
      if (!spec) return;
      for (const key of [NOT_READY, UNREACHABLE]) {
        const tolerated = spec.tolerations?.some(
          (toleration) =>
            (!toleration.key || toleration.key === key) && (toleration.effect ?? 'NoExecute') === 'NoExecute',
        );
        if (tolerated) continue;
        const added = { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: TOLERATED_SECONDS };
        spec.tolerations = [...(spec.tolerations ?? []), added];
      }
    },
  };
}

export function taintNodesByCondition(): AdmissionPlugin {
  return {
    name: 'TaintNodesByCondition',
    mutate(request) {
      const node = created<Node>(request, '', 'nodes');
      if (!node) return;
      node.spec ??= {};
      const tainted = node.spec.taints?.some((taint) => taint.key === NOT_READY && taint.effect === 'NoSchedule');
      if (!tainted) node.spec.taints = [...(node.spec.taints ?? []), { key: NOT_READY, effect: 'NoSchedule' }];
    },
  };
}
