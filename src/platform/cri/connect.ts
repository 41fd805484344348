// Turns the calls of the `Cri` interface into CRI messages.
import { type Clock, systemClock } from '#platform/clock';
import type { Cri, ExecResult, RuntimeCondition, RuntimeVersion } from './cri.ts';
import { openChannel } from './cri-grpc.ts';
import { PULL_DEADLINE_MS, RPC_DEADLINE_MS } from './limits.ts';
import type { ContainerStats, CriContainer, CriContainerStatus, CriImage, Sandbox, SandboxStatus } from './messages.ts';

interface Filesystems {
  imageFilesystems: { fsId?: { mountpoint: string }; usedBytes?: { value: number } }[];
}

type Call = <A = object>(method: string, request: object, deadlineMs?: number) => Promise<A>;

const done = async (call: Promise<object>): Promise<void> => void (await call);

/** Opens a client on a runtime's unix socket. Nothing is sent before the first call. */
export function connectCri(options: { socket: string; clock?: Clock }): Cri {
  const channel = openChannel({ socket: options.socket, clock: options.clock ?? systemClock });
  return {
    ...runtimeCalls((method, request, deadlineMs) => channel.call('RuntimeService', method, request, deadlineMs)),
    ...imageCalls((method, request, deadlineMs) => channel.call('ImageService', method, request, deadlineMs)),
    hints: (onHint) => channel.hints(onHint),
    close: () => channel.close(),
  };
}

type ImageCalls = Pick<Cri, 'imageList' | 'imageStatus' | 'imagePull' | 'imageRemove' | 'imageFilesystems'>;

function runtimeCalls(runtime: Call): Omit<Cri, keyof ImageCalls | 'hints' | 'close'> {
  return {
    version: () => runtime<RuntimeVersion>('Version', { version: 'v1' }),
    status: async () =>
      (await runtime<{ status?: { conditions: RuntimeCondition[] } }>('Status', {})).status?.conditions ?? [],
    sandboxRun: async (config, runtimeHandler = '') =>
      (await runtime<{ podSandboxId: string }>('RunPodSandbox', { config, runtimeHandler })).podSandboxId,
    sandboxStop: (id) => done(runtime('StopPodSandbox', { podSandboxId: id })),
    sandboxRemove: (id) => done(runtime('RemovePodSandbox', { podSandboxId: id })),
    sandboxStatus: async (id) =>
      (await runtime<{ status: SandboxStatus }>('PodSandboxStatus', { podSandboxId: id })).status,
    sandboxList: async (labels) =>
      (await runtime<{ items: Sandbox[] }>('ListPodSandbox', labels ? { filter: { labelSelector: labels } } : {}))
        .items,
    containerCreate: async (sandboxId, config, sandboxConfig) => {
      const request = { podSandboxId: sandboxId, config, sandboxConfig };
      return (await runtime<{ containerId: string }>('CreateContainer', request)).containerId;
    },
    containerStart: (id) => done(runtime('StartContainer', { containerId: id })),
    containerStop: (id, graceSeconds) =>
      done(runtime('StopContainer', { containerId: id, timeout: graceSeconds }, RPC_DEADLINE_MS + graceSeconds * 1000)),
    containerRemove: (id) => done(runtime('RemoveContainer', { containerId: id })),
    containerStatus: async (id) =>
      (await runtime<{ status: CriContainerStatus }>('ContainerStatus', { containerId: id })).status,
    containerPid: async (id) => {
      const request = { containerId: id, verbose: true };
      const { info } = await runtime<{ info: Record<string, string> }>('ContainerStatus', request);
      const pid = (JSON.parse(info.info ?? '{}') as { pid?: number }).pid;
      return pid || undefined;
    },
    containerList: async (labels) => {
      const request = labels ? { filter: { labelSelector: labels } } : {};
      return (await runtime<{ containers: CriContainer[] }>('ListContainers', request)).containers;
    },
    containerUpdate: (id, linux) => done(runtime('UpdateContainerResources', { containerId: id, linux })),
    containerLogReopen: (id) => done(runtime('ReopenContainerLog', { containerId: id })),
    containerStats: async (labels) => {
      const request = labels ? { filter: { labelSelector: labels } } : {};
      return (await runtime<{ stats: ContainerStats[] }>('ListContainerStats', request)).stats;
    },
    exec: (id, cmd, timeoutSeconds) => {
      const deadlineMs = timeoutSeconds > 0 ? timeoutSeconds * 1000 + RPC_DEADLINE_MS : PULL_DEADLINE_MS;
      return runtime<ExecResult>('ExecSync', { containerId: id, cmd, timeout: timeoutSeconds }, deadlineMs);
    },
    execUrl: async ({ command, ...request }) =>
      (await runtime<{ url: string }>('Exec', { ...request, cmd: command })).url,
    attachUrl: async (request) => (await runtime<{ url: string }>('Attach', request)).url,
  };
}

function imageCalls(image: Call): ImageCalls {
  return {
    imageList: async () => (await image<{ images: CriImage[] }>('ListImages', {})).images,
    imageStatus: async (name) => {
      const answer = await image<{ image?: CriImage | null }>('ImageStatus', { image: { image: name } });
      return answer.image ?? undefined;
    },
    imagePull: async (name, auth, sandboxConfig) => {
      const request = { image: { image: name }, auth, sandboxConfig };
      return (await image<{ imageRef: string }>('PullImage', request, PULL_DEADLINE_MS)).imageRef;
    },
    imageRemove: (name) => done(image('RemoveImage', { image: { image: name } })),
    imageFilesystems: async () =>
      (await image<Filesystems>('ImageFsInfo', {})).imageFilesystems.map((fs) => ({
        mountpoint: fs.fsId?.mountpoint ?? '',
        usedBytes: fs.usedBytes?.value ?? 0,
      })),
  };
}
