// What is known about a pod on a node: what the runtime reports, and what the agent remembers of its own attempts.
import type { ResourceRequirements } from '#model/kube';
import type { ResizeHeld } from './resize.ts';

export type ContainerRunState = 'created' | 'running' | 'exited' | 'unknown';

export interface ObservedSandbox {
  readonly id: string;
  readonly attempt: number;
  readonly ready: boolean;
  readonly createdAtMs: number;
  /** Empty for a pod on the host's network. */
  readonly ips: readonly string[];
}

export interface ObservedContainer {
  readonly id: string;
  readonly name: string;
  readonly sandboxId: string;
  /** 0 for the first start of this name, one more for each restart. */
  readonly attempt: number;
  readonly state: ContainerRunState;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly exitCode: number;
  /** The runtime's: "Completed", "Error", "OOMKilled", ... */
  readonly reason: string;
  /** Termination message, already read. */
  readonly message: string;
  /** The image as the pod named it when the container was made. */
  readonly image: string;
  readonly imageId: string;
}

export interface ObservedPod {
  /** Newest first. */
  readonly sandboxes: readonly ObservedSandbox[];
  /** Newest first. */
  readonly containers: readonly ObservedContainer[];
}

/** What probes say about one running container. */
export interface ProbeVerdict {
  readonly started: boolean;
  readonly ready: boolean;
  /** Set when the container must be killed. */
  readonly failed?: { readonly probe: 'liveness' | 'startup'; readonly graceSeconds?: number };
}

/** The delay that holds after one container's end. */
export interface Crash {
  readonly containerId: string;
  readonly delayMs: number;
  /** When the delay is over; counted from the container's end when absent. */
  readonly untilMs?: number;
}

/** What the agent remembers of a container by name, between two looks. */
export interface ContainerMemory {
  readonly busy?: 'starting' | 'stopping' | 'resizing';
  /** Why the last attempt to start led to no running container. */
  readonly waiting?: { readonly reason: string; readonly message: string };
  /** No new attempt to start before. */
  readonly retryAtMs?: number;
  readonly crash?: Crash;
  /** The resources that a running container was given. */
  readonly applied?: { readonly containerId: string; readonly resources: ResourceRequirements };
  /** Restarts known from earlier lives of the agent; the runtime may have forgotten the containers. */
  readonly restartsBefore?: number;
}

/** A pod is to end: by deletion, by its deadline, by eviction. */
export interface PodStop {
  readonly graceSeconds: number;
  /** Set when the end is not its own doing: the pod is then Failed. */
  readonly failure?: { readonly reason: string; readonly message: string };
}

export interface PodView {
  readonly observed: ObservedPod;
  readonly memory: ReadonlyMap<string, ContainerMemory>;
  /** By container id. */
  readonly probes: ReadonlyMap<string, ProbeVerdict>;
  readonly stop?: PodStop;
  /** Why other resources are not given to running containers now. */
  readonly resizeHeld?: ResizeHeld;
  /** What retries and backoffs are planned by. */
  readonly now: number;
  /** The time that conditions show, where it is another one. */
  readonly wallMs?: number;
}

/** The newest container of a name, in one sandbox or in any. */
export function newestOf(observed: ObservedPod, name: string, sandboxId?: string): ObservedContainer | undefined {
  return observed.containers.find((c) => c.name === name && (sandboxId === undefined || c.sandboxId === sandboxId));
}

export function readySandbox(observed: ObservedPod): ObservedSandbox | undefined {
  return observed.sandboxes.find((sandbox) => sandbox.ready);
}
