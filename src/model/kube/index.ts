// The door of the Kubernetes model: the shapes of objects, the facts about kinds.

export type { KubeObject, ResourceFacts, TypeFacts } from './facts.ts';
export { resourceFacts, typeFacts } from './facts.ts';
export type * from './generated/kinds.ts';
export { schemaOf } from './schema/parse.ts';
export type { FieldSchema, Scalar, TypeSchema, ValueSchema } from './schema/schema.ts';
