// How callers say what type an object is of.
import { schemaOf } from '../schema/parse.ts';
import type { TypeSchema } from '../schema/schema.ts';

/** A type by its name in the facts ("core.v1.Pod"), or its schema (custom resources), or unknown. */
export type TypeReference = string | TypeSchema | undefined;

export function typeOf(type: TypeReference): TypeSchema | undefined {
  return typeof type === 'string' ? schemaOf(type) : type;
}

/** Whether a type is one of the facts, not that of a custom resource. */
export function isBuiltIn(type: TypeSchema): boolean {
  return schemaOf(type.name) === type;
}
