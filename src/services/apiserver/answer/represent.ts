// Shows entries of the store to a client: as they are, as rows of a table, as metadata alone, or as YAML.
// Source: Kubernetes API concepts, "Alternate representations of resources".

import { stringify as yamlText } from 'yaml';
import type { KubeObject } from '#model/kube';
import { type IncludeObject, partialMetadataListOf, partialMetadataOf, tableOf } from '#model/kube/table';
import { textOf } from '../objects/object-index.ts';
import type { ServedResource } from '../objects/served-resource.ts';
import { fromStorage } from '../objects/versions.ts';
import type { Accepted } from '../request/accept.ts';
import type { ObjectEntry } from '../verbs/call.ts';
import type { Listed } from '../verbs/read.ts';
import { tableShown } from './alternate.ts';
import { assembleList } from './list-body.ts';

/** In what form a client wants its answer, and when that is: a table tells ages. */
export interface Showing {
  readonly accepted: Accepted;
  readonly query: URLSearchParams;
  readonly nowMs: number;
}

/** Whether stored bytes are what a client of this version gets. */
function asStored(resource: ServedResource): boolean {
  return resource.facts === resource.storage;
}

function servedObject(resource: ServedResource, entry: ObjectEntry): KubeObject {
  return fromStorage(resource, entry.index.object(entry.bytes));
}

/** JSON of one object, without a copy where the stored bytes can be shown. */
function objectJson(resource: ServedResource, entry: ObjectEntry): Uint8Array {
  return asStored(resource) ? entry.bytes : Buffer.from(JSON.stringify(servedObject(resource, entry)));
}

/** What a client gets for one object. */
export function showObject(resource: ServedResource, entry: ObjectEntry, showing: Showing): Uint8Array | string {
  const { accepted } = showing;
  if (accepted.shape === 'table')
    return inFormat(accepted, tableShown(resource, [servedObject(resource, entry)], tableOptions(showing)));
  if (accepted.shape === 'metadata') return inFormat(accepted, partialMetadataOf(servedObject(resource, entry)));
  const json = objectJson(resource, entry);
  return accepted.format === 'json' ? json : yamlOf(JSON.parse(textOf(json)));
}

/** What a client gets for a list. */
export function showList(resource: ServedResource, listed: Listed, showing: Showing): Uint8Array | string {
  const { accepted } = showing;
  const head = {
    resourceVersion: String(listed.revision),
    continue: listed.continue,
    remainingItemCount: listed.remaining,
  };
  if (accepted.shape === 'object') {
    const body = assembleList(
      asStored(resource) ? resource : { ...resource, storage: resource.facts },
      head,
      asStored(resource)
        ? listed.entries.map((entry) => entry.bytes)
        : listed.entries.map((e) => objectJson(resource, e)),
    );
    return accepted.format === 'json' ? body : yamlOf(JSON.parse(textOf(body)));
  }
  const objects = listed.entries.map((entry) => servedObject(resource, entry));
  if (accepted.shape === 'metadata') return inFormat(accepted, partialMetadataListOf(objects, head));
  return inFormat(accepted, tableShown(resource, objects, { ...tableOptions(showing), list: head }));
}

/** The object of one watch event, as JSON. A table's columns come with the first event only. */
export function showEventObject(
  resource: ServedResource,
  entry: ObjectEntry,
  { first, ...showing }: Showing & { readonly first: boolean },
): Uint8Array | string {
  const { accepted } = showing;
  if (accepted.shape !== 'table')
    return showObject(resource, entry, { ...showing, accepted: { ...accepted, format: 'json' } });
  const options = { ...tableOptions(showing), withoutColumns: !first };
  return JSON.stringify(tableShown(resource, [servedObject(resource, entry)], options));
}

/** The scale of a workload, which is made when somebody asks. */
export function showScale(scale: KubeObject, showing: Showing): string {
  const { accepted, nowMs: now } = showing;
  if (accepted.shape === 'metadata') return inFormat(accepted, partialMetadataOf(scale));
  if (accepted.shape === 'object') return inFormat(accepted, scale);
  const { includeObject } = tableOptions(showing);
  const resource = { group: 'autoscaling', resource: 'scales' };
  const metadata = { resourceVersion: scale.metadata?.resourceVersion };
  return inFormat(accepted, tableOf({ resource, objects: [scale], includeObject, metadata, now }));
}

/** In the dialect that clients of Kubernetes read, in which a bare time is no text. */
function yamlOf(value: unknown): string {
  return yamlText(value, { version: '1.1' });
}

function inFormat(accepted: Accepted, value: unknown): string {
  return accepted.format === 'json' ? JSON.stringify(value) : yamlOf(value);
}

function tableOptions({ query, nowMs }: Showing) {
  const include = query.get('includeObject');
  return { nowMs, includeObject: (include || 'Metadata') as IncludeObject };
}
