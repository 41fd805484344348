// The tables of the cluster itself: nodes, namespaces, events, leases, classes of pods, fairness, aggregated APIs.
import type {
  APIService,
  ComponentStatus,
  FlowSchema,
  Lease,
  Namespace,
  Node,
  PriorityClass,
  PriorityLevelConfiguration,
  RuntimeClass,
} from '../generated/kinds.ts';
import { columnsFor, type KindTable } from './column.ts';

const ROLE_PREFIX = 'node-role.kubernetes.io/';

function rolesText({ metadata }: Node): string {
  const roles = new Set<string>();
  for (const [label, value] of Object.entries(metadata?.labels ?? {})) {
    if (label.startsWith(ROLE_PREFIX) && label.length > ROLE_PREFIX.length) roles.add(label.slice(ROLE_PREFIX.length));
    else if (label === 'kubernetes.io/role' && value) roles.add(value);
  }
  return [...roles].sort().join(',') || '<none>';
}

function nodeStatus({ spec, status }: Node): string {
  const ready = status?.conditions?.findLast((condition) => condition.type === 'Ready');
  const word = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec?.unschedulable ? `${word},SchedulingDisabled` : word;
}

function nodeTable(): KindTable<Node> {
  const c = columnsFor<Node>();
  const address = (o: Node, type: string) => o.status?.addresses?.find((a) => a.type === type)?.address ?? '<none>';
  return {
    columns: [
      c.name(),
      c.text('Status', nodeStatus),
      c.text('Roles', rolesText),
      c.age(),
      c.text('Version', (o) => o.status?.nodeInfo?.kubeletVersion),
      c.wide('Internal-IP', (o) => address(o, 'InternalIP')),
      c.wide('External-IP', (o) => address(o, 'ExternalIP')),
      c.wide('OS-Image', (o) => o.status?.nodeInfo?.osImage || '<unknown>'),
      c.wide('Kernel-Version', (o) => o.status?.nodeInfo?.kernelVersion || '<unknown>'),
      c.wide('Container-Runtime', (o) => o.status?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
    ],
  };
}

function namespaceTable(): KindTable<Namespace> {
  const c = columnsFor<Namespace>();
  return { columns: [c.name(), c.text('Status', (o) => o.status?.phase), c.age()] };
}

function leaseTable(): KindTable<Lease> {
  const c = columnsFor<Lease>();
  return { columns: [c.name(), c.text('Holder', (o) => o.spec?.holderIdentity), c.age()] };
}

function priorityClassTable(): KindTable<PriorityClass> {
  const c = columnsFor<PriorityClass>();
  return {
    columns: [
      c.name(),
      c.count('Value', (o) => o.value),
      c.flag('Global-Default', (o) => o.globalDefault),
      c.age(),
      c.text('PreemptionPolicy', (o) => o.preemptionPolicy),
    ],
  };
}

function runtimeClassTable(): KindTable<RuntimeClass> {
  const c = columnsFor<RuntimeClass>();
  return { columns: [c.name(), c.text('Handler', (o) => o.handler), c.age()] };
}

function flowSchemaTable(): KindTable<FlowSchema> {
  const c = columnsFor<FlowSchema>();
  const precedence = (o: FlowSchema) => o.spec?.matchingPrecedence ?? 0;
  const dangling = (o: FlowSchema) => o.status?.conditions?.find((condition) => condition.type === 'Dangling');
  return {
    columns: [
      c.name(),
      c.text('PriorityLevel', (o) => o.spec?.priorityLevelConfiguration?.name),
      { ...c.count('MatchingPrecedence', precedence), type: 'string' },
      c.text('DistinguisherMethod', (o) => o.spec?.distinguisherMethod?.type ?? '<none>'),
      c.age(),
      c.text('MissingPL', (o) => dangling(o)?.status ?? '?'),
    ],
    // In the order in which they are tried.
    compare: (a, b) => precedence(a) - precedence(b) || ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1),
  };
}

function priorityLevelTable(): KindTable<PriorityLevelConfiguration> {
  const c = columnsFor<PriorityLevelConfiguration>();
  const queuing = (o: PriorityLevelConfiguration) => o.spec?.limited?.limitResponse?.queuing;
  return {
    columns: [
      c.name(),
      c.text('Type', (o) => o.spec?.type),
      c.text('NominalConcurrencyShares', (o) => o.spec?.limited?.nominalConcurrencyShares ?? '<none>'),
      c.text('Queues', (o) => queuing(o)?.queues ?? '<none>'),
      c.text('HandSize', (o) => queuing(o)?.handSize ?? '<none>'),
      c.text('QueueLengthLimit', (o) => queuing(o)?.queueLengthLimit ?? '<none>'),
      c.age(),
    ],
  };
}

function componentStatusTable(): KindTable<ComponentStatus> {
  const c = columnsFor<ComponentStatus>();
  const healthy = (o: ComponentStatus) => o.conditions?.find((condition) => condition.type === 'Healthy');
  const word = (o: ComponentStatus) => (healthy(o)?.status === 'True' ? 'Healthy' : 'Unhealthy');
  return {
    columns: [
      c.name(),
      c.text('Status', (o) => (healthy(o) ? word(o) : 'Unknown')),
      c.text('Message', (o) => healthy(o)?.message),
      c.text('Error', (o) => healthy(o)?.error),
    ],
  };
}

function availableText({ status }: APIService): string {
  const available = status?.conditions?.find((condition) => condition.type === 'Available');
  if (!available) return 'Unknown';
  return available.status === 'True' ? 'True' : `${available.status} (${available.reason ?? ''})`;
}

function apiServiceTable(): KindTable<APIService> {
  const c = columnsFor<APIService>();
  const service = ({ spec }: APIService) =>
    spec?.service ? `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}` : 'Local';
  return { columns: [c.name(), c.text('Service', service), c.text('Available', availableText), c.age()] };
}

/** Tables by group/resource. */
export const clusterTables = {
  '/nodes': nodeTable,
  '/namespaces': namespaceTable,
  '/componentstatuses': componentStatusTable,
  'coordination.k8s.io/leases': leaseTable,
  'scheduling.k8s.io/priorityclasses': priorityClassTable,
  'node.k8s.io/runtimeclasses': runtimeClassTable,
  'flowcontrol.apiserver.k8s.io/flowschemas': flowSchemaTable,
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': priorityLevelTable,
  'apiregistration.k8s.io/apiservices': apiServiceTable,
};
