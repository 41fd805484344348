// What the verbs ask of the Kubernetes model, with its answers turned into refusals of the API.
import { ApiError } from '#client';
import type { KubeObject, ResourceFacts } from '#model/kube';
import { trackUpdate } from '#model/kube/patch';
import { applyDefaults } from '../../../model/kube/defaults/apply.ts';
import { selectableFields as modelFields } from '../../../model/kube/selector/fields.ts';
import { parseFieldSelector as parseFields } from '../../../model/kube/selector/parse-field.ts';
import { parseLabelSelector as parseLabels } from '../../../model/kube/selector/parse-label.ts';
import { prepareForCreate, prepareForUpdate } from '../../../model/kube/strategy/prepare.ts';
import { checkStructure, structureMessage } from '../../../model/kube/structure/check.ts';
import { requestError } from '../answer/errors.ts';
import type { ServedResource } from './served-resource.ts';

type Warned = { warn(message: string): void };

/** Values of the fields that selectors may name. */
export const selectableFields = modelFields;

/** Errors: ApiError 400. */
export function labelMatcher(text: string): { matches(labels: Readonly<Record<string, string>>): boolean } {
  const parsed = parseLabels(text);
  if (parsed.kind === 'error') throw requestError.badRequest(`unable to parse: ${parsed.message}`);
  return parsed.selector;
}

/** Errors: ApiError 400. */
export function fieldMatcher(
  text: string,
  resource: ResourceFacts,
): { matches(fields: Readonly<Record<string, string>>): boolean; exact(field: string): string | undefined } {
  const parsed = parseFields(text, resource);
  if (parsed.kind === 'error') throw requestError.badRequest(parsed.message);
  return parsed.selector;
}

/** Prunes what the kind does not have, and refuses what cannot be read. Errors: ApiError 400. */
export function checkedStructure(
  resource: ResourceFacts,
  object: KubeObject,
  options: { readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict' },
  warned: Warned,
): void {
  const problems = checkStructure(resource, object, options);
  const strict = problems.unknownFields.map((field) => `unknown field ${JSON.stringify(field)}`);
  if (problems.errors.length > 0 || (strict.length > 0 && options.fieldValidation === 'Strict'))
    throw requestError.badRequest(structureMessage(resource, { errors: problems.errors, strict }));
  if (options.fieldValidation === 'Warn') for (const message of strict) warned.warn(message);
}

export function defaulted(resource: ResourceFacts, object: KubeObject): void {
  applyDefaults(resource, object);
}

export const preparedForCreate = prepareForCreate;
export const preparedForUpdate = prepareForUpdate;

export function refuseInvalidCreate(_resource: ResourceFacts, object: KubeObject, _warned: Warned): void {
  if (!object.metadata?.name)
    throw new ApiError(
      422,
      'Invalid',
      `${_resource.kind} "" is invalid: metadata.name: Required value: name or generateName is required`,
    );
}

export function refuseInvalidUpdate(
  resource: ResourceFacts,
  object: KubeObject,
  _present: KubeObject,
  call: Warned & { readonly subresource: string },
): void {
  refuseInvalidCreate(resource, object, call);
}

/** Fields that a write to this endpoint never takes ownership of, because it cannot change them. */
export function resetFieldsOf(resource: ResourceFacts, subresource: string): readonly (readonly string[])[] {
  if (subresource === 'status') return [['spec'], ['metadata', 'labels'], ['metadata', 'annotations']];
  return resource.subresources?.some((sub) => sub.name === 'status') ? [['status']] : [];
}

interface TrackedBy {
  readonly manager: string;
  readonly nowMs: number;
  readonly subresource?: string;
}

/** The object with its managedFields. */
export function trackedCreate(resource: ResourceFacts, object: KubeObject, by: TrackedBy): KubeObject {
  return trackUpdate({
    updated: object,
    manager: by.manager,
    type: resource.type,
    resetFields: resetFieldsOf(resource, ''),
    now: by.nowMs,
  });
}

/** The object with its managedFields. Both in the served version. */
export function trackedUpdate(
  resource: ResourceFacts,
  object: KubeObject,
  live: KubeObject,
  by: TrackedBy,
): KubeObject {
  const subresource = by.subresource ?? '';
  return trackUpdate({
    live,
    updated: object,
    manager: by.manager,
    type: resource.type,
    subresource,
    resetFields: resetFieldsOf(resource, subresource),
    now: by.nowMs,
  });
}

export function toStorage(_resource: ServedResource, object: KubeObject): KubeObject {
  return object;
}

export function allowsUnconditionalUpdate(_resource: ServedResource): boolean {
  return true;
}

export function resourceVersionRequired(resource: ResourceFacts, name: string): ApiError {
  return new ApiError(
    422,
    'Invalid',
    `${resource.kind} "${name}" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`,
  );
}

export function fromStorage(_resource: ServedResource, object: KubeObject): KubeObject {
  return object;
}

export function metadataShown(object: KubeObject): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

export function metadataListShown(objects: readonly KubeObject[], head: object): unknown {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: head,
    items: objects.map((object) => metadataShown(object)),
  };
}

export interface TableOptions {
  readonly nowMs: number;
  readonly includeObject: 'None' | 'Metadata' | 'Object';
  readonly list?: object;
}

export function tableShown(_resource: ResourceFacts, objects: readonly KubeObject[], options: TableOptions): unknown {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.list ?? { resourceVersion: objects[0]?.metadata?.resourceVersion },
    columnDefinitions: [{ name: 'Name', type: 'string', format: 'name', description: '', priority: 0 }],
    rows: objects.map((object) => ({ cells: [object.metadata?.name], object: metadataShown(object) })),
  };
}
