// The door of the reconcile room.
export { type CacheIndex, indexByController, indexCache } from './cache-index.ts';
export { type FakeClient, fakeClient } from './client.fake.ts';
export type * from './contract.ts';
export { type EventNote, type EventRecorder, type EventRecorderOptions, eventRecorder } from './event-recorder.ts';
export { keyOf, nameOf, nameOfKey, uidOf } from './object-key.ts';
export {
  type ClaimRequest,
  claimDependents,
  controllerOf,
  deleteExactly,
  isControlledBy,
  orMissing,
  ownerReference,
} from './ownership.ts';
export {
  type ControllerMetrics,
  type ReconcileOutcome,
  type RunningControllers,
  type RunOptions,
  runControllers,
} from './run-controllers.ts';
export { sharedCache } from './shared-cache.ts';
export { type WorkQueue, type WorkQueueOptions, workQueue } from './work-queue.ts';
