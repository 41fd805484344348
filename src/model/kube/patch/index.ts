// The door of patching: JSON, merge and strategic patches, server-side apply, and who owns which field.

export { type ApplyConflict, conflictRefused } from './apply-conflict.ts';
export { type ApplyResult, type ApplyServerSide, applyServerSide } from './apply-server-side.ts';
export { fieldManagerName } from './field-manager-name.ts';
export { applyJsonPatch } from './json-patch.ts';
export { applyMergePatch } from './merge-patch.ts';
export { PatchRefused, type StatusCause } from './refused.ts';
export { resetFieldsOf } from './reset-fields.ts';
export { applyStrategicMergePatch } from './strategic-patch.ts';
export { type TrackUpdate, trackUpdate } from './track-update.ts';
export type { TypeReference } from './type-reference.ts';
