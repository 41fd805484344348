// Defaults of the smaller core kinds.
import type {
  Endpoints,
  LimitRange,
  LimitRangeItem,
  Namespace,
  Node,
  ReplicationController,
  Secret,
} from '../../generated/kinds.ts';
import { defaultPodTemplate } from './pod.ts';

export function defaultSecret(secret: Secret): void {
  secret.type ||= 'Opaque';
}

/** Source: Kubernetes API, core/v1 Namespace: every namespace carries its name as a label. */
export function defaultNamespace(namespace: Namespace): void {
  const name = namespace.metadata?.name;
  if (name && namespace.metadata) {
    namespace.metadata.labels ??= {};
    namespace.metadata.labels['kubernetes.io/metadata.name'] ??= name;
  }
}

export function defaultNode(node: Node): void {
  if (node.status?.capacity && !node.status.allocatable) node.status.allocatable = { ...node.status.capacity };
}

export function defaultEndpoints(endpoints: Endpoints): void {
  for (const subset of endpoints.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
}

export function defaultReplicationController(controller: ReplicationController): void {
  const spec = controller.spec;
  if (!spec) return;
  spec.replicas ??= 1;
  defaultPodTemplate(spec.template);
  const labels = spec.template?.metadata?.labels;
  if (!labels) return;
  if (!Object.keys(spec.selector ?? {}).length) spec.selector = { ...labels };
  controller.metadata ??= {};
  if (!Object.keys(controller.metadata.labels ?? {}).length) controller.metadata.labels = { ...labels };
}

function defaultLimit(item: LimitRangeItem): void {
  if (item.type !== 'Container') return;
  item.default = { ...item.max, ...item.default };
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
  if (!Object.keys(item.default).length) delete item.default;
  if (!Object.keys(item.defaultRequest).length) delete item.defaultRequest;
}

export function defaultLimitRange(range: LimitRange): void {
  for (const item of range.spec?.limits ?? []) defaultLimit(item);
}
