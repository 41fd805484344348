// What the server does to an object before it validates a write: it settles what clients may not decide.
// A create starts without a status; a write to the object keeps its status; a write to the status keeps everything else.
// The object is the caller's own and is changed in place; what is taken from the old object is shared with it.
import type { KubeObject, ResourceFacts } from '../facts.ts';
import type { ObjectMeta } from '../generated/kinds.ts';
import { countsGenerations, nextGeneration } from './generation.ts';
import { prepareKindForCreate, prepareKindForUpdate, statusAtBirth } from './kinds.ts';
import { prepareSubresource } from './subresources.ts';

type Fields = Record<string, unknown>;
type ResourceName = Pick<ResourceFacts, 'group' | 'resource' | 'subresources'>;

/** Kinds whose client reports the first status together with the object. */
const BORN_WITH_STATUS: ReadonlySet<string> = new Set(['/nodes']);
const NOT_A_CLIENTS: readonly (keyof ObjectMeta)[] = [
  'selfLink',
  'resourceVersion',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

export function hasStatusSubresource(resource: Pick<ResourceFacts, 'subresources'>): boolean {
  return resource.subresources?.some((sub) => sub.name === 'status') ?? false;
}

/** metadata.name, namespace, uid and creationTimestamp must be settled before. */
export function prepareForCreate(resource: ResourceName, object: KubeObject): void {
  object.metadata ??= {};
  for (const field of NOT_A_CLIENTS) if (field in object.metadata) delete object.metadata[field];
  if (countsGenerations(resource)) object.metadata.generation = 1;
  else if (object.metadata.generation !== undefined) delete object.metadata.generation;
  const fields = object as Fields;
  if (hasStatusSubresource(resource) && !BORN_WITH_STATUS.has(`${resource.group}/${resource.resource}`))
    fields.status = statusAtBirth(resource);
  prepareKindForCreate(resource, object);
}

/** What a client may leave out of an update, and what it may not decide. */
function keepMetadata(object: KubeObject, old: KubeObject): ObjectMeta {
  const now = object.metadata ?? {};
  const before = old.metadata ?? {};
  object.metadata = now;
  now.name ??= before.name;
  if (before.namespace) now.namespace ??= before.namespace;
  now.uid ||= before.uid;
  now.creationTimestamp ||= before.creationTimestamp;
  // A write cannot take a deletion back.
  if (before.deletionTimestamp) {
    now.deletionTimestamp ||= before.deletionTimestamp;
    now.deletionGracePeriodSeconds ??= before.deletionGracePeriodSeconds;
  }
  if (before.generateName) now.generateName ??= before.generateName;
  delete now.selfLink;
  return now;
}

function keep(object: Fields, old: Fields, field: string): void {
  if (old[field] === undefined) delete object[field];
  else object[field] = old[field];
}

/** `subresource` is "" for the object itself, else "status", "finalize", "approval", "ephemeralcontainers", "resize". */
export function prepareForUpdate(
  resource: ResourceName,
  object: KubeObject,
  old: KubeObject,
  subresource: string,
): void {
  const metadata = keepMetadata(object, old);
  const fields = object as Fields;
  if (subresource !== '') {
    metadata.generation = old.metadata?.generation;
    prepareSubresource(resource, fields, old as Fields, subresource);
  } else {
    if (hasStatusSubresource(resource)) keep(fields, old as Fields, 'status');
    prepareKindForUpdate(resource, object, old);
  }
  const generation = nextGeneration(resource, object, old);
  if (generation === undefined) delete metadata.generation;
  else metadata.generation = generation;
}
