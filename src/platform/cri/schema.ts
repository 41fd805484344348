// The wire form of the messages in messages.ts: name -> "<number> <type> <field>" entries, turned into the descriptor that
// the gRPC loader reads, so that no .proto file is needed at run time. Enums are int32; requests of one shape share a message.
// Source of numbers and types: Kubernetes CRI v1 (runtime.v1), containerd events service v1.

type Field = { type: string; id: number; rule?: 'repeated'; keyType?: string };
type Message = { fields: Record<string, Field> };
type Method = { requestType: string; responseType: string; responseStream?: boolean };
type Service = { methods: Record<string, Method> };
export type DescriptorJson = { nested: Record<string, { nested: Record<string, Message | Service> }> };

const MESSAGES: Readonly<Record<string, string>> = {
  Empty: '',
  Int64Value: '1 int64 value',
  UInt64Value: '1 uint64 value',
  KeyValue: '1 string key; 2 string value',
  VersionRequest: '1 string version',
  VersionResponse: '1 string version; 2 string runtimeName; 3 string runtimeVersion; 4 string runtimeApiVersion',
  DNSConfig: '1 []string servers; 2 []string searches; 3 []string options',
  PortMapping: '1 int32 protocol; 2 int32 containerPort; 3 int32 hostPort; 4 string hostIp',
  Mount: '1 string containerPath; 2 string hostPath; 3 bool readonly; 4 bool selinuxRelabel; 5 int32 propagation',
  NamespaceOption: '1 int32 network; 2 int32 pid; 3 int32 ipc; 4 string targetId',
  SecurityProfile: '1 int32 profileType; 2 string localhostRef',
  SandboxSecurity:
    '1 NamespaceOption namespaceOptions; 3 Int64Value runAsUser; 4 bool readonlyRootfs; 5 []int64 supplementalGroups; ' +
    '6 bool privileged; 8 Int64Value runAsGroup; 9 SecurityProfile seccomp',
  LinuxSandbox: '1 string cgroupParent; 2 SandboxSecurity securityContext; 3 map sysctls',
  SandboxMetadata: '1 string name; 2 string uid; 3 string namespace; 4 uint32 attempt',
  SandboxConfig:
    '1 SandboxMetadata metadata; 2 string hostname; 3 string logDirectory; 4 DNSConfig dnsConfig; ' +
    '5 []PortMapping portMappings; 6 map labels; 7 map annotations; 8 LinuxSandbox linux',
  RunPodSandboxRequest: '1 SandboxConfig config; 2 string runtimeHandler',
  SandboxId: '1 string podSandboxId',
  PodIP: '1 string ip',
  SandboxNetwork: '1 string ip; 2 []PodIP additionalIps',
  SandboxStatus:
    `1 string id; 2 SandboxMetadata metadata; 3 int32 state; 4 int64 createdAt; 5 SandboxNetwork network; ` +
    `6 map labels; 7 map annotations`,
  SandboxStatusRequest: '1 string podSandboxId; 2 bool verbose',
  SandboxStatusResponse: '1 SandboxStatus status; 2 map info',
  StateValue: '1 int32 state',
  SandboxFilter: '1 string id; 2 StateValue state; 3 map labelSelector',
  ListSandboxesRequest: '1 SandboxFilter filter',
  Sandbox: `1 string id; 2 SandboxMetadata metadata; 3 int32 state; 4 int64 createdAt; 5 map labels; 6 map annotations`,
  ListSandboxesResponse: '1 []Sandbox items',
  ImageSpec: '1 string image; 2 map annotations',
  LinuxResources:
    '1 int64 cpuPeriod; 2 int64 cpuQuota; 3 int64 cpuShares; 4 int64 memoryLimitInBytes; 5 int64 oomScoreAdj; ' +
    '6 string cpusetCpus; 7 string cpusetMems; 9 map unified; 10 int64 memorySwapLimitInBytes',
  Capability: '1 []string addCapabilities; 2 []string dropCapabilities',
  ContainerSecurity:
    '1 Capability capabilities; 2 bool privileged; 3 NamespaceOption namespaceOptions; 5 Int64Value runAsUser; ' +
    '6 string runAsUsername; 7 bool readonlyRootfs; 8 []int64 supplementalGroups; 11 bool noNewPrivs; ' +
    '12 Int64Value runAsGroup; 13 []string maskedPaths; 14 []string readonlyPaths; 15 SecurityProfile seccomp',
  LinuxContainer: '1 LinuxResources resources; 2 ContainerSecurity securityContext',
  ContainerMetadata: '1 string name; 2 uint32 attempt',
  Device: '1 string containerPath; 2 string hostPath; 3 string permissions',
  ContainerConfig:
    '1 ContainerMetadata metadata; 2 ImageSpec image; 3 []string command; 4 []string args; 5 string workingDir; ' +
    '6 []KeyValue envs; 7 []Mount mounts; 8 []Device devices; 9 map labels; 10 map annotations; 11 string logPath; ' +
    '12 bool stdin; 13 bool stdinOnce; 14 bool tty; 15 LinuxContainer linux',
  CreateContainerRequest: '1 string podSandboxId; 2 ContainerConfig config; 3 SandboxConfig sandboxConfig',
  ContainerId: '1 string containerId',
  StopContainerRequest: '1 string containerId; 2 int64 timeout',
  ContainerFilter: '1 string id; 2 StateValue state; 3 string podSandboxId; 4 map labelSelector',
  ListContainersRequest: '1 ContainerFilter filter',
  Container:
    '1 string id; 2 string podSandboxId; 3 ContainerMetadata metadata; 4 ImageSpec image; 5 string imageRef; ' +
    `6 int32 state; 7 int64 createdAt; 8 map labels; 9 map annotations`,
  ListContainersResponse: '1 []Container containers',
  ContainerStatusRequest: '1 string containerId; 2 bool verbose',
  ContainerStatus:
    '1 string id; 2 ContainerMetadata metadata; 3 int32 state; 4 int64 createdAt; 5 int64 startedAt; 6 int64 finishedAt; ' +
    '7 int32 exitCode; 8 ImageSpec image; 9 string imageRef; 10 string reason; 11 string message; ' +
    `12 map labels; 13 map annotations; 14 []Mount mounts; 15 string logPath`,
  ContainerStatusResponse: '1 ContainerStatus status; 2 map info',
  UpdateResourcesRequest: '1 string containerId; 2 LinuxResources linux',
  ExecSyncRequest: '1 string containerId; 2 []string cmd; 3 int64 timeout',
  ExecSyncResponse: '1 bytes stdout; 2 bytes stderr; 3 int32 exitCode',
  ExecRequest: '1 string containerId; 2 []string cmd; 3 bool tty; 4 bool stdin; 5 bool stdout; 6 bool stderr',
  AttachRequest: '1 string containerId; 2 bool stdin; 3 bool tty; 4 bool stdout; 5 bool stderr',
  UrlResponse: '1 string url',
  ImageFilter: '1 ImageSpec image',
  ListImagesRequest: '1 ImageFilter filter',
  Image:
    '1 string id; 2 []string repoTags; 3 []string repoDigests; 4 uint64 size; 5 Int64Value uid; 6 string username; ' +
    '7 ImageSpec spec; 8 bool pinned',
  ListImagesResponse: '1 []Image images',
  ImageStatusRequest: '1 ImageSpec image; 2 bool verbose',
  ImageStatusResponse: '1 Image image; 2 map info',
  AuthConfig:
    '1 string username; 2 string password; 3 string auth; 4 string serverAddress; 5 string identityToken; 6 string registryToken',
  PullImageRequest: '1 ImageSpec image; 2 AuthConfig auth; 3 SandboxConfig sandboxConfig',
  PullImageResponse: '1 string imageRef',
  RemoveImageRequest: '1 ImageSpec image',
  RuntimeCondition: '1 string type; 2 bool status; 3 string reason; 4 string message',
  RuntimeStatus: '1 []RuntimeCondition conditions',
  StatusRequest: '1 bool verbose',
  StatusResponse: '1 RuntimeStatus status; 2 map info',
  FilesystemId: '1 string mountpoint',
  FilesystemUsage: '1 int64 timestamp; 2 FilesystemId fsId; 3 UInt64Value usedBytes; 4 UInt64Value inodesUsed',
  ImageFsInfoResponse: '1 []FilesystemUsage imageFilesystems',
  StatsFilter: '1 string id; 2 string podSandboxId; 3 map labelSelector',
  ListStatsRequest: '1 StatsFilter filter',
  ContainerAttributes: `1 string id; 2 ContainerMetadata metadata; 3 map labels; 4 map annotations`,
  CpuUsage: '1 int64 timestamp; 2 UInt64Value usageCoreNanoSeconds; 3 UInt64Value usageNanoCores',
  MemoryUsage:
    '1 int64 timestamp; 2 UInt64Value workingSetBytes; 3 UInt64Value availableBytes; 4 UInt64Value usageBytes; 5 UInt64Value rssBytes',
  ContainerStats:
    '1 ContainerAttributes attributes; 2 CpuUsage cpu; 3 MemoryUsage memory; 4 FilesystemUsage writableLayer',
  ListStatsResponse: '1 []ContainerStats stats',
};

const RUNTIME_SERVICE =
  'Version VersionRequest VersionResponse; RunPodSandbox RunPodSandboxRequest SandboxId; StopPodSandbox SandboxId Empty; ' +
  'RemovePodSandbox SandboxId Empty; PodSandboxStatus SandboxStatusRequest SandboxStatusResponse; ' +
  'ListPodSandbox ListSandboxesRequest ListSandboxesResponse; CreateContainer CreateContainerRequest ContainerId; ' +
  'StartContainer ContainerId Empty; StopContainer StopContainerRequest Empty; RemoveContainer ContainerId Empty; ' +
  'ListContainers ListContainersRequest ListContainersResponse; ContainerStatus ContainerStatusRequest ContainerStatusResponse; ' +
  'UpdateContainerResources UpdateResourcesRequest Empty; ReopenContainerLog ContainerId Empty; ' +
  'ExecSync ExecSyncRequest ExecSyncResponse; Exec ExecRequest UrlResponse; Attach AttachRequest UrlResponse; ' +
  'ListContainerStats ListStatsRequest ListStatsResponse; Status StatusRequest StatusResponse';

const IMAGE_SERVICE =
  'ListImages ListImagesRequest ListImagesResponse; ImageStatus ImageStatusRequest ImageStatusResponse; ' +
  'PullImage PullImageRequest PullImageResponse; RemoveImage RemoveImageRequest Empty; ImageFsInfo Empty ImageFsInfoResponse';

function entries(text: string): string[] {
  return text
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function message(text: string): Message {
  const fields: Record<string, Field> = {};
  for (const entry of entries(text)) {
    const [id = '', type = '', name = ''] = entry.split(' ');
    if (type === 'map') fields[name] = { keyType: 'string', type: 'string', id: Number(id) };
    else if (type.startsWith('[]')) fields[name] = { rule: 'repeated', type: type.slice(2), id: Number(id) };
    else fields[name] = { type, id: Number(id) };
  }
  return { fields };
}

function service(text: string): Service {
  const methods: Record<string, Method> = {};
  for (const entry of entries(text)) {
    const [name = '', requestType = '', responseType = ''] = entry.split(' ');
    methods[name] = { requestType, responseType };
  }
  return { methods };
}

/** The descriptor of runtime.v1, in the JSON form that @grpc/proto-loader reads. */
export function criDescriptor(): DescriptorJson {
  const v1: Record<string, Message | Service> = {};
  for (const [name, text] of Object.entries(MESSAGES)) v1[name] = message(text);
  v1.RuntimeService = service(RUNTIME_SERVICE);
  v1.ImageService = service(IMAGE_SERVICE);
  return { nested: { runtime: { nested: { v1: { nested: v1 } as unknown as Message } } } };
}

/** The descriptor of containerd's event stream; only that something happened, and its topic, is read. */
export function eventsDescriptor(): DescriptorJson {
  const v1: Record<string, Message | Service> = {
    SubscribeRequest: message('1 []string filters'),
    Envelope: message('2 string namespace; 3 string topic'),
    Events: {
      methods: { Subscribe: { requestType: 'SubscribeRequest', responseType: 'Envelope', responseStream: true } },
    },
  };
  const nest = (inner: unknown): Message => ({ nested: inner }) as unknown as Message;
  return { nested: { containerd: { nested: { services: nest({ events: nest({ v1: nest(v1) }) }) } } } };
}
