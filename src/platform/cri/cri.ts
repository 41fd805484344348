// What the node agent asks of a container runtime: CRI v1 with noun-first names, and a hint that something happened.
// Errors of every call: WorldError `NotFound`, `Conflict`, `Unavailable` (not reachable, deadline), otherwise `Failed`; the
// runtime's own words are the message, unchanged, because they end up in the status of a pod.
import type {
  ContainerConfig,
  ContainerStats,
  CriContainer,
  CriContainerStatus,
  CriImage,
  ImageAuth,
  LinuxResources,
  Sandbox,
  SandboxConfig,
  SandboxStatus,
} from './messages.ts';

export interface RuntimeVersion {
  readonly runtimeName: string;
  readonly runtimeVersion: string;
}

export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface ExecResult {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly exitCode: number;
}

export interface StreamRequest {
  readonly containerId: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

export interface Cri {
  version(): Promise<RuntimeVersion>;
  status(): Promise<readonly RuntimeCondition[]>;
  sandboxRun(config: SandboxConfig, runtimeHandler?: string): Promise<string>;
  /** Ends the network and every process of a sandbox at once; stop containers with grace before. */
  sandboxStop(id: string): Promise<void>;
  sandboxRemove(id: string): Promise<void>;
  sandboxStatus(id: string): Promise<SandboxStatus>;
  sandboxList(labels?: Readonly<Record<string, string>>): Promise<readonly Sandbox[]>;
  containerCreate(sandboxId: string, config: ContainerConfig, sandboxConfig: SandboxConfig): Promise<string>;
  containerStart(id: string): Promise<void>;
  /** Stop signal, then SIGKILL after `graceSeconds`. Resolves when the container has ended. */
  containerStop(id: string, graceSeconds: number): Promise<void>;
  containerRemove(id: string): Promise<void>;
  containerStatus(id: string): Promise<CriContainerStatus>;
  /** The first process of a running container, as this machine numbers it. */
  containerPid(id: string): Promise<number | undefined>;
  containerList(labels?: Readonly<Record<string, string>>): Promise<readonly CriContainer[]>;
  containerUpdate(id: string, resources: LinuxResources): Promise<void>;
  containerLogReopen(id: string): Promise<void>;
  containerStats(labels?: Readonly<Record<string, string>>): Promise<readonly ContainerStats[]>;
  /** `timeoutSeconds` 0 is no limit. A command that outlives it is WorldError `Unavailable`. */
  exec(id: string, command: readonly string[], timeoutSeconds: number): Promise<ExecResult>;
  execUrl(request: StreamRequest & { command: readonly string[] }): Promise<string>;
  attachUrl(request: StreamRequest): Promise<string>;
  imageList(): Promise<readonly CriImage[]>;
  imageStatus(image: string): Promise<CriImage | undefined>;
  /** Resolves with the reference (id) of the image that was pulled. */
  imagePull(image: string, auth?: ImageAuth, sandboxConfig?: SandboxConfig): Promise<string>;
  imageRemove(image: string): Promise<void>;
  imageFilesystems(): Promise<readonly { mountpoint: string; usedBytes: number }[]>;
  /** Calls `onHint` when a container ended or ran out of memory. Hints may be lost: a poll stays necessary. */
  hints(onHint: () => void): { close(): void };
  close(): void;
}
