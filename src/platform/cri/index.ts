// The door of the CRI room.
export { runtimeAnswers } from './answers.ts';
export { connectCri } from './connect.ts';
export { type ContainerdConfigOptions, containerdConfig } from './containerd-config.ts';
export { type FakeContainer, type FakeCri, type FakeCriOptions, fakeCri } from './cri.fake.ts';
export type { Cri, ExecResult, RuntimeCondition, RuntimeVersion, StreamRequest } from './cri.ts';
export type * from './messages.ts';
export { removeNetworkResults, removeTornNetworkResults } from './network-results.ts';
export { removeRuntimeTraces } from './runtime-traces.ts';
