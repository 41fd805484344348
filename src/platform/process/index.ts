// The door of the process room.
export { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts';
export {
  bootId,
  endProcess,
  endProcessGroup,
  identityOf,
  isAlive,
  type ProcessIdentity,
  processMemory,
  signalProcess,
} from './identity.ts';
export { type LockAttempt, lockHolder, tryLock } from './lock-file.ts';
export {
  findProgram,
  isRoot,
  isSystemdMachine,
  machineCapacity,
  namespacePids,
  ociArchitecture,
  PROGRAM_PATH,
  sharedRunFolder,
} from './machine-facts.ts';
export { ownIdentity } from './own-identity.ts';
export { processCpuSeconds } from './processor-time.ts';
export { type RunOptions, type RunResult, run, runOrThrow } from './run.ts';
export { argumentsOf, runningIdentities } from './running.ts';
export {
  isTestRunAlive,
  TEST_RUN_VARIABLE,
  testFolder,
  testName,
  testRunMark,
  testRunOf,
  testRunOwner,
} from './test-run.fake.ts';
export { isRunnable, type ProcessWaits, processWaits } from './waits.ts';
