// Which fields of which kind a field selector may name, and their values in an object.
// Source: Kubernetes concept page "Field Selectors", supported fields.
import type { KubeObject, ResourceFacts } from '../facts.ts';

type Fields = Readonly<Record<string, string>>;
type ResourceName = Pick<ResourceFacts, 'group' | 'resource'>;

const NONE: readonly string[] = [];
const EVENT_FIELDS = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
  'reportingComponent',
  'source',
  'type',
];
/** By "group/resource"; metadata.name and metadata.namespace hold for all. */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/events': EVENT_FIELDS,
  'events.k8s.io/events': EVENT_FIELDS,
  '/nodes': ['spec.unschedulable'],
  '/namespaces': ['status.phase', 'name'],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/replicationcontrollers': ['status.replicas'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
  'certificates.k8s.io/certificatesigningrequests': ['spec.signerName'],
  'resource.k8s.io/resourceslices': ['spec.nodeName', 'spec.driver'],
};
/** What an object shows where the field is absent, when that is not the empty text. */
const ABSENT: Fields = {
  'spec.hostNetwork': 'false',
  'spec.unschedulable': 'false',
  'status.replicas': '0',
  'status.successful': '0',
};
const EVENT_ALIASES: Fields = { reportingController: 'reportingComponent' };

const keyOf = (resource: ResourceName) => `${resource.group}/${resource.resource}`;

/** The field's name as the store knows it; undefined when selectors on this kind may not name it. */
export function canonicalField(resource: ResourceName, field: string): string | undefined {
  if (field === 'metadata.name' || field === 'metadata.namespace') return field;
  let name = field;
  if (resource.resource === 'events') name = EVENT_ALIASES[field] ?? field.replace(/^regarding\./, 'involvedObject.');
  return (SELECTABLE[keyOf(resource)] ?? NONE).includes(name) ? name : undefined;
}

function valueAt(object: unknown, field: string): string | undefined {
  let value = object;
  for (const part of field.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

function eventField(object: KubeObject, field: string): string {
  const event = object as { source?: { component?: string }; reportingComponent?: string };
  if (field === 'source') return event.source?.component || event.reportingComponent || '';
  return valueAt(object, field) ?? '';
}

function fieldOf(resource: ResourceName, object: KubeObject, field: string): string {
  if (resource.resource === 'events') return eventField(object, field);
  if (field === 'name') return object.metadata?.name ?? '';
  if (field === 'status.successful') return valueAt(object, 'status.succeeded') ?? '0';
  if (field === 'status.podIPs') return valueAt(object, 'status.podIP') ?? '';
  return valueAt(object, field) ?? ABSENT[field] ?? '';
}

/** Values of every field that selectors may name, of a stored object. Events are in their core/v1 form. */
export function selectableFields(resource: ResourceName, object: KubeObject): Fields {
  const fields: Record<string, string> = { 'metadata.name': object.metadata?.name ?? '' };
  fields['metadata.namespace'] = object.metadata?.namespace ?? '';
  for (const field of SELECTABLE[keyOf(resource)] ?? NONE) fields[field] = fieldOf(resource, object, field);
  return fields;
}

const NO_LABELS: Fields = {};

export function labelsOf(object: KubeObject): Fields {
  return object.metadata?.labels ?? NO_LABELS;
}
