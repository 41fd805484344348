// The door of the pod engine.
export { durationText } from './container-status.ts';
export { fieldText, type PodFacts, resourceText } from './downward.ts';
export { expand, unknownNames } from './expand.ts';
export {
  fullHostNameOf,
  hostNameOf,
  hostsFile,
  parseResolver,
  type ResolverConfig,
  resolverOf,
} from './network-files.ts';
export {
  type ContainerMemory,
  type ContainerRunState,
  type Crash,
  newestOf,
  type ObservedContainer,
  type ObservedPod,
  type ObservedSandbox,
  type PodStop,
  type PodView,
  type ProbeVerdict,
  readySandbox,
} from './observed.ts';
export { containersOf, type NamedContainer } from './outcome.ts';
export { type PodAction, type PodPlan, planPod, type StopCause } from './plan.ts';
export { type PodStatusInput, podStatus } from './pod-status.ts';
export { type ProbeKind, type ProbeState, probeStart, probeStep, probeTimes } from './probe-step.ts';
export {
  type Amounts,
  amountsOf,
  cpuSharesOf,
  oomScoreAdjOf,
  podAmounts,
  podLimits,
  type QosClass,
  qosClassOf,
} from './qos.ts';
export { isResizing, type ResizeHeld } from './resize.ts';
export { type ContainerKind, crashAfter, willRestart } from './restart.ts';
export { serviceEnv } from './service-env.ts';
export { forbiddenSysctl, unsupportedIn, withoutEffectIn } from './unsupported.ts';
