// A runtime in memory: sandboxes get addresses, containers run until told otherwise, every image is there unless refused.
// Serves unit tests, and machines that cannot run containers (the simulated runtime).
import { assert, ipv4Number, ipv4Text, WorldError } from '#base';
import type { Clock } from '#platform/clock';
import type { Cri } from './cri.ts';
import type { ContainerConfig, CriContainerStatus, Mount, Sandbox, SandboxConfig } from './messages.ts';

export interface FakeContainer extends CriContainerStatus {
  readonly podSandboxId: string;
  readonly config: ContainerConfig;
}

export interface FakeCriOptions {
  readonly clock: Clock;
  /** The first address handed to a sandbox; each next one is one higher. */
  readonly firstAddress?: string;
  /** The exit code of a container that ends as soon as it is started; undefined for one that stays up. */
  exitOf?(config: ContainerConfig, sandbox: SandboxConfig): number | undefined;
  /** Why an image cannot be had; undefined when it can. */
  refuses?(image: string): string | undefined;
}

export interface FakeCri extends Cri {
  readonly sandboxes: Map<string, Sandbox & { ip: string; config: SandboxConfig }>;
  readonly containers: Map<string, FakeContainer>;
  /** What was asked, in order: "sandboxRun a", "containerStop b 30". */
  readonly calls: string[];
  /** Ends a running container, as if its process had exited. */
  exit(id: string, exitCode: number, reason?: string): void;
  execResult: (command: readonly string[]) => { exitCode: number; stdout: string };
}

const NANOS = 1_000_000;

function matches(labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

export function fakeCri(options: FakeCriOptions): FakeCri {
  const { clock } = options;
  const sandboxes: FakeCri['sandboxes'] = new Map();
  const containers: FakeCri['containers'] = new Map();
  const images = new Set<string>();
  const calls: string[] = [];
  const listeners = new Set<() => void>();
  let serial = 0;
  const hint = (): void => {
    for (const listener of listeners) listener();
  };
  const found = <T>(map: Map<string, T>, id: string): T => {
    const value = map.get(id);
    if (!value) throw new WorldError('NotFound', `${id}: not found`);
    return value;
  };
  const change = (id: string, fields: Partial<FakeContainer>): void => {
    containers.set(id, { ...found(containers, id), ...fields });
  };
  const end = (id: string, exitCode: number, reason: string): void => {
    change(id, { state: 2, exitCode, reason, finishedAt: clock.now() * NANOS });
    hint();
  };
  const imageOf = (name: string) => ({
    id: `sha256:${Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64)}`,
    repoTags: [name],
    repoDigests: [],
    size: 1,
    username: '',
    pinned: false,
  });
  const unsupported = async (): Promise<never> => {
    throw new WorldError('Unsupported', 'the simulated runtime has no processes to talk to');
  };
  const fake: FakeCri = {
    sandboxes,
    containers,
    calls,
    execResult: () => ({ exitCode: 0, stdout: '' }),
    exit: (id, exitCode, reason = exitCode === 0 ? 'Completed' : 'Error') => end(id, exitCode, reason),
    version: async () => ({ runtimeName: 'simulated', runtimeVersion: '1' }),
    status: async () =>
      ['RuntimeReady', 'NetworkReady'].map((type) => ({ type, status: true, reason: '', message: '' })),
    sandboxRun: async (config) => {
      const id = `sandbox-${++serial}`;
      calls.push(`sandboxRun ${config.metadata.name}`);
      const first = ipv4Number(options.firstAddress ?? '172.27.0.2');
      assert(first !== undefined, 'the first address is an IPv4 address');
      const { metadata, labels, annotations } = config;
      const ip = ipv4Text(first + serial - 1);
      sandboxes.set(id, { id, metadata, labels, annotations, state: 0, createdAt: clock.now() * NANOS, ip, config });
      return id;
    },
    sandboxStop: async (id) => {
      calls.push(`sandboxStop ${found(sandboxes, id).metadata.name}`);
      sandboxes.set(id, { ...found(sandboxes, id), state: 1 });
      for (const c of containers.values()) if (c.podSandboxId === id && c.state === 1) end(c.id, 137, 'Error');
    },
    sandboxRemove: async (id) => {
      sandboxes.delete(id);
      for (const c of containers.values()) if (c.podSandboxId === id) containers.delete(c.id);
    },
    sandboxStatus: async (id) => {
      const sandbox = found(sandboxes, id);
      return { ...sandbox, network: { ip: sandbox.ip, additionalIps: [] } };
    },
    sandboxList: async (labels) => [...sandboxes.values()].filter((s) => matches(s.labels, labels)),
    containerCreate: async (podSandboxId, config) => {
      const id = `container-${++serial}`;
      calls.push(`containerCreate ${config.metadata.name} ${config.metadata.attempt}`);
      const { metadata, image, labels, annotations, logPath } = config;
      const times = { createdAt: clock.now() * NANOS, startedAt: 0, finishedAt: 0 };
      const mounts: readonly Mount[] = config.mounts;
      const imageRef = imageOf(image.image).id;
      const base = { id, podSandboxId, metadata, image, imageRef, labels, annotations, logPath, mounts, config };
      containers.set(id, { ...base, ...times, state: 0, exitCode: 0, reason: '', message: '' });
      return id;
    },
    containerStart: async (id) => {
      const { config, podSandboxId } = found(containers, id);
      calls.push(`containerStart ${config.metadata.name}`);
      change(id, { state: 1, startedAt: clock.now() * NANOS });
      const code = options.exitOf?.(config, found(sandboxes, podSandboxId).config);
      if (code !== undefined) end(id, code, code === 0 ? 'Completed' : 'Error');
    },
    containerStop: async (id, graceSeconds) => {
      const container = found(containers, id);
      calls.push(`containerStop ${container.metadata.name} ${graceSeconds}`);
      if (container.state === 1) end(id, 143, 'Error');
    },
    containerRemove: async (id) => void containers.delete(id),
    containerStatus: async (id) => found(containers, id),
    containerPid: async () => undefined,
    containerList: async (labels) => [...containers.values()].filter((c) => matches(c.labels, labels)),
    containerUpdate: async (id) => void calls.push(`containerUpdate ${found(containers, id).metadata.name}`),
    containerLogReopen: async (id) => void found(containers, id),
    containerStats: async () => [],
    exec: async (_id, command) => {
      const { exitCode, stdout } = fake.execResult(command);
      return { exitCode, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) };
    },
    execUrl: unsupported,
    attachUrl: unsupported,
    imageList: async () => [...images].map(imageOf),
    imageStatus: async (name) => (images.has(name) ? imageOf(name) : undefined),
    imagePull: async (name) => {
      calls.push(`imagePull ${name}`);
      const refusal = options.refuses?.(name);
      if (refusal) throw new WorldError('Failed', refusal);
      images.add(name);
      return imageOf(name).id;
    },
    imageRemove: async (name) => void images.delete(name),
    imageFilesystems: async () => [],
    hints: (onHint) => {
      listeners.add(onHint);
      return { close: () => void listeners.delete(onHint) };
    },
    close: () => undefined,
  };
  return fake;
}
