// The messages of CRI v1 that the node agent uses, as TypeScript sees them. Field names are the protocol's in camelCase,
// 64-bit numbers are JavaScript numbers, times are nanoseconds since 1970. Source: Kubernetes CRI, runtime.v1.

export interface SandboxMetadata {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly attempt: number;
}

/** Namespace modes: 0 pod, 1 container, 2 node, 3 target. */
export interface NamespaceOption {
  readonly network?: number;
  readonly pid?: number;
  readonly ipc?: number;
  readonly targetId?: string;
}

/** Profile types: 0 runtime default, 1 unconfined, 2 localhost. */
export interface SecurityProfile {
  readonly profileType: number;
  readonly localhostRef?: string;
}

export interface PortMapping {
  /** 0 TCP, 1 UDP, 2 SCTP. */
  readonly protocol: number;
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIp: string;
}

export interface SandboxConfig {
  readonly metadata: SandboxMetadata;
  readonly hostname: string;
  readonly logDirectory: string;
  readonly dnsConfig?: { servers: readonly string[]; searches: readonly string[]; options: readonly string[] };
  readonly portMappings: readonly PortMapping[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly linux: {
    readonly cgroupParent: string;
    readonly securityContext: {
      readonly namespaceOptions: NamespaceOption;
      readonly runAsUser?: { value: number };
      readonly runAsGroup?: { value: number };
      readonly supplementalGroups?: readonly number[];
      readonly privileged?: boolean;
      readonly seccomp?: SecurityProfile;
    };
    readonly sysctls: Readonly<Record<string, string>>;
  };
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly?: boolean;
  /** 0 private, 1 host to container, 2 bidirectional. */
  readonly propagation?: number;
}

export interface LinuxResources {
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly cpuShares?: number;
  readonly memoryLimitInBytes?: number;
  readonly oomScoreAdj?: number;
  readonly unified?: Readonly<Record<string, string>>;
}

export interface ContainerSecurity {
  readonly capabilities?: { addCapabilities: readonly string[]; dropCapabilities: readonly string[] };
  readonly privileged?: boolean;
  readonly namespaceOptions?: NamespaceOption;
  readonly runAsUser?: { value: number };
  readonly runAsGroup?: { value: number };
  readonly runAsUsername?: string;
  readonly readonlyRootfs?: boolean;
  readonly supplementalGroups?: readonly number[];
  readonly noNewPrivs?: boolean;
  readonly maskedPaths?: readonly string[];
  readonly readonlyPaths?: readonly string[];
  readonly seccomp?: SecurityProfile;
}

export interface ContainerConfig {
  readonly metadata: { readonly name: string; readonly attempt: number };
  readonly image: { readonly image: string };
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly envs: readonly { readonly key: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly devices: readonly { containerPath: string; hostPath: string; permissions: string }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Relative to the sandbox's `logDirectory`. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly linux: { readonly resources: LinuxResources; readonly securityContext: ContainerSecurity };
}

export interface Sandbox {
  readonly id: string;
  readonly metadata: SandboxMetadata;
  /** 0 ready, 1 not ready. */
  readonly state: number;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface SandboxStatus extends Sandbox {
  readonly network?: { readonly ip: string; readonly additionalIps: readonly { readonly ip: string }[] };
}

export interface CriContainer {
  readonly id: string;
  readonly podSandboxId: string;
  readonly metadata: { readonly name: string; readonly attempt: number };
  readonly image: { readonly image: string };
  readonly imageRef: string;
  /** 0 created, 1 running, 2 exited, 3 unknown. */
  readonly state: number;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface CriContainerStatus {
  readonly id: string;
  readonly metadata: { readonly name: string; readonly attempt: number };
  readonly state: number;
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly image: { readonly image: string };
  readonly imageRef: string;
  readonly reason: string;
  readonly message: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly logPath: string;
}

export interface CriImage {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly size: number;
  readonly uid?: { readonly value: number };
  readonly username: string;
  readonly pinned: boolean;
}

export interface ImageAuth {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly serverAddress?: string;
  readonly identityToken?: string;
  readonly registryToken?: string;
}

export interface ContainerStats {
  readonly attributes: {
    readonly id: string;
    readonly metadata: { readonly name: string; readonly attempt: number };
    readonly labels: Readonly<Record<string, string>>;
  };
  readonly cpu?: { readonly timestamp: number; readonly usageCoreNanoSeconds?: { readonly value: number } };
  readonly memory?: {
    readonly timestamp: number;
    readonly workingSetBytes?: { readonly value: number };
    readonly rssBytes?: { readonly value: number };
  };
  readonly writableLayer?: { readonly usedBytes?: { readonly value: number } };
}
