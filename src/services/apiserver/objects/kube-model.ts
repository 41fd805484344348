// What the verbs ask of the Kubernetes model, with its refusals turned into those of the API.
import {
  checkStructure,
  type FieldMatcher,
  type KubeObject,
  type LabelMatcher,
  parseFieldSelector,
  parseLabelSelector,
  type ResourceFacts,
  structureMessage,
} from '#model/kube';
import { requestError } from '../answer/errors.ts';

export interface Warned {
  warn(message: string): void;
}

export interface StructureOptions {
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  /** Paths of fields that the body gave twice. */
  readonly duplicateFields?: readonly string[];
}

/** Errors: ApiError 400. */
export function labelMatcher(text: string): LabelMatcher {
  const parsed = parseLabelSelector(text);
  if (parsed.kind === 'error') throw requestError.badRequest(`unable to parse requirement: ${parsed.message}`);
  return parsed.selector;
}

/** Errors: ApiError 400. */
export function fieldMatcher(text: string, resource: ResourceFacts): FieldMatcher {
  const parsed = parseFieldSelector(text, resource);
  if (parsed.kind === 'error') throw requestError.badRequest(parsed.message);
  return parsed.selector;
}

/** Prunes what the kind does not have, and refuses what cannot be read. Errors: ApiError 400. */
export function checkedStructure(
  resource: ResourceFacts,
  object: KubeObject,
  options: StructureOptions,
  warned: Warned,
): void {
  const problems = checkStructure(resource, object, options);
  const strict = [
    ...(options.duplicateFields ?? []).map((field) => `duplicate field ${JSON.stringify(field)}`),
    ...problems.unknownFields.map((field) => `unknown field ${JSON.stringify(field)}`),
  ];
  if (problems.errors.length > 0 || (strict.length > 0 && options.fieldValidation === 'Strict'))
    throw requestError.badRequest(structureMessage(resource, { errors: problems.errors, strict }));
  if (options.fieldValidation === 'Warn') for (const message of strict) warned.warn(message);
}
