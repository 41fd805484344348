// Which part of an object a write to each of its subresources may touch.
import type { ResourceFacts } from '../facts.ts';
import type { Container, PodSpec } from '../generated/kinds.ts';

type Fields = Record<string, unknown>;
type ResourceName = Pick<ResourceFacts, 'group' | 'resource'>;
interface Condition {
  readonly type: string;
}

/** Whose status writes change nothing of the metadata at all, by group. */
const STATUS_LEAVES_METADATA: ReadonlySet<string> = new Set([
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'admissionregistration.k8s.io',
  'flowcontrol.apiserver.k8s.io',
]);
const CLIENT_METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'];
const DECISIONS = ['Approved', 'Denied', 'Failed'];

/** Takes every field from the old object except the ones named. */
function keepAllBut(object: Fields, old: Fields, written: readonly string[]): void {
  for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
    if (field === 'metadata' || written.includes(field)) continue;
    if (old[field] === undefined) delete object[field];
    else object[field] = old[field];
  }
}

function keepMetadataFields(object: Fields, old: Fields, names: readonly string[]): void {
  const now = object.metadata as Fields;
  const before = (old.metadata ?? {}) as Fields;
  for (const name of names)
    if (before[name] === undefined) delete now[name];
    else now[name] = before[name];
}

function conditionsOf(object: Fields): Condition[] {
  return (object.status as { conditions?: Condition[] } | undefined)?.conditions ?? [];
}

/** Decisions about a signing request are made through `approval`; everything else of the status is its signer's. */
function mixConditions(object: Fields, old: Fields, decisionsFromWrite: boolean): void {
  const isDecision = (condition: Condition) => DECISIONS.slice(0, 2).includes(condition.type);
  const written = conditionsOf(object).filter((c) => isDecision(c) === decisionsFromWrite);
  const kept = conditionsOf(old).filter((c) => isDecision(c) !== decisionsFromWrite);
  const conditions = [...kept, ...written];
  const base = (decisionsFromWrite ? old.status : object.status) as Fields | undefined;
  object.status = { ...base, ...(conditions.length ? { conditions } : {}) };
}

/** A resize changes the resources of containers, nothing else of the spec. */
function resizedSpec(written: PodSpec | undefined, old: PodSpec | undefined): PodSpec | undefined {
  if (!old) return written;
  const resized = (containers: Container[] | undefined, from: Container[] | undefined) =>
    containers?.map((container) => {
      const wanted = from?.find((candidate) => candidate.name === container.name);
      if (!wanted) return container;
      return {
        ...container,
        ...(wanted.resources ? { resources: wanted.resources } : {}),
        ...(wanted.resizePolicy ? { resizePolicy: wanted.resizePolicy } : {}),
      };
    });
  const spec: PodSpec = { ...old, containers: resized(old.containers, written?.containers) ?? [] };
  if (old.initContainers) spec.initContainers = resized(old.initContainers, written?.initContainers);
  if (written?.resources) spec.resources = written.resources;
  return spec;
}

/** Leaves of a written object only what its subresource is for. */
export function prepareSubresource(resource: ResourceName, object: Fields, old: Fields, subresource: string): void {
  switch (subresource) {
    case 'status':
      keepAllBut(object, old, ['status']);
      if (STATUS_LEAVES_METADATA.has(resource.group)) keepMetadataFields(object, old, CLIENT_METADATA);
      else if (resource.resource === 'deployments') keepMetadataFields(object, old, ['labels']);
      else if (resource.resource === 'pods') keepMetadataFields(object, old, ['ownerReferences']);
      if (resource.resource === 'certificatesigningrequests') mixConditions(object, old, false);
      return;
    case 'approval':
      keepAllBut(object, old, ['status']);
      mixConditions(object, old, true);
      return;
    case 'finalize':
      keepAllBut(object, old, ['spec']);
      return;
    case 'ephemeralcontainers': {
      const added = (object.spec as PodSpec | undefined)?.ephemeralContainers;
      keepAllBut(object, old, []);
      object.spec = { ...(old.spec as PodSpec), ...(added ? { ephemeralContainers: added } : {}) };
      return;
    }
    case 'resize':
      object.spec = resizedSpec(object.spec as PodSpec | undefined, old.spec as PodSpec | undefined);
      keepAllBut(object, old, ['spec']);
      keepMetadataFields(object, old, CLIENT_METADATA);
      return;
    default:
      keepAllBut(object, old, []);
  }
}
