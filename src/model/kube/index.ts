// The door of the Kubernetes model: the shapes of objects, the facts about kinds, and what the API says of them.

export { applyDefaults } from './defaults/apply.ts';
export { aggregatedDiscoveryDocument } from './discovery/aggregated.ts';
export {
  type ApiGroup,
  apiGroupDocument,
  apiGroupListDocument,
  apiResourceListDocument,
  apiVersionsDocument,
} from './discovery/discovery.ts';
export { versionDocument } from './discovery/version.ts';
export type { KubeObject, ResourceFacts, TypeFacts } from './facts.ts';
export { resourceFacts, typeFacts } from './facts.ts';
export type * from './generated/kinds.ts';
export type { JsonSchema } from './openapi/component.ts';
export type { GroupVersionKind } from './openapi/schema-names.ts';
export { openApiV2Document } from './openapi/v2.ts';
export { openApiV2Protobuf } from './openapi/v2-protobuf.ts';
export { openApiPathOf, openApiV3Document, openApiV3Index } from './openapi/v3.ts';
export { PATCH_MEDIA_TYPES, type PatchType } from './patch-media-types.ts';
export type { FieldSchema, Scalar, TypeSchema, ValueSchema } from './schema/schema.ts';
export { labelsOf, selectableFields } from './selector/fields.ts';
export { labelMatcherOf } from './selector/label-selector.ts';
export {
  type FieldMatcher,
  type FieldRequirement,
  type ParsedFieldSelector,
  parseFieldSelector,
} from './selector/parse-field.ts';
export { type ParsedLabelSelector, parseLabelSelector } from './selector/parse-label.ts';
export type {
  LabelMatcher,
  LabelOperator,
  LabelRequirement,
  Labels,
} from './selector/requirement.ts';
export { convert } from './strategy/convert.ts';
export { prepareForCreate, prepareForUpdate } from './strategy/prepare.ts';
export { scaleOf, withScale } from './strategy/scale.ts';
export { apiVersionOf, storageResourceOf } from './strategy/storage-version.ts';
export {
  checkStructure,
  checkTypeStructure,
  type FieldValidation,
  type StructureProblems,
  structureMessage,
} from './structure/check.ts';
export { duplicateFieldsOf } from './structure/duplicates.ts';
export { type FieldError, type FieldErrorType, Findings } from './validate/finding.ts';
export { invalidStatus } from './validate/status.ts';
export { validateCreate, validateStatusUpdate, validateUpdate } from './validate/validate.ts';
