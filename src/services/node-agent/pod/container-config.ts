// A container in the words of the runtime.
import { amountsOf, type ContainerKind, cpuSharesOf, expand, oomScoreAdjOf } from '#engine/pod';
import type { Container, Pod } from '#model/kube';
import type { Cgroups } from '#platform/cgroup';
import type { ContainerConfig, CriImage, LinuxResources, Mount } from '#platform/cri';
import type { AgentContext } from '../context.ts';
import { uidOfPod } from '../paths.ts';
import { ANNOTATION, containerLabels } from './names.ts';
import { containerSecurity } from './security.ts';

const CPU_PERIOD_MICROS = 100_000;
const CPU_QUOTA_MICROS_MIN = 1_000;

export function linuxResources(pod: Pod, container: Container, memoryCapacityBytes: number): LinuxResources {
  const limits = amountsOf(container.resources?.limits);
  const requests = amountsOf({ ...container.resources?.limits, ...container.resources?.requests });
  const quota = Math.max(CPU_QUOTA_MICROS_MIN, Math.round((limits.cpuMillis * CPU_PERIOD_MICROS) / 1000));
  return {
    cpuShares: cpuSharesOf(requests.cpuMillis),
    cpuPeriod: CPU_PERIOD_MICROS,
    cpuQuota: limits.cpuMillis > 0 ? quota : -1,
    memoryLimitInBytes: limits.memoryBytes,
    oomScoreAdj: oomScoreAdjOf(pod, container, memoryCapacityBytes),
  };
}

/** On control groups of version 2 a container that runs out of memory is killed whole, not one process of it: what is left of it
 * could be anything. Source: Kubernetes 1.28, singleProcessOOMKill of the kubelet's configuration, which is off there. */
export const killedWhole = ({ version }: Pick<Cgroups, 'version'>): Pick<LinuxResources, 'unified'> =>
  version === 2 ? { unified: { 'memory.oom.group': '1' } } : {};

export interface ContainerConfigInput {
  readonly context: AgentContext;
  readonly pod: Pod;
  readonly container: Container;
  readonly kind: ContainerKind;
  readonly attempt: number;
  readonly image: CriImage | undefined;
  readonly imageRef: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly targetId?: string;
}

/** Errors: WorldError `Invalid` with the message of a CreateContainerConfigError. */
export function containerConfig(input: ContainerConfigInput): ContainerConfig {
  const { context, pod, container, attempt, env } = input;
  const { options, paths } = context;
  const expanded = (words: readonly string[] | undefined): string[] => (words ?? []).map((word) => expand(word, env));
  const security = containerSecurity({
    pod,
    container,
    image: input.image,
    seccompFolder: `${options.folder}/seccomp`,
    targetId: input.targetId,
  });
  const messageFile = paths.terminationMessage(uidOfPod(pod), container.name, attempt);
  const mountPaths = input.mounts.map((mount) => mount.containerPath.replace(/\/+$/, ''));
  const mounts: Mount[] = [...input.mounts];
  if (!mountPaths.includes('/etc/hosts'))
    mounts.push({ containerPath: '/etc/hosts', hostPath: paths.hosts(uidOfPod(pod)) });
  mounts.push({ containerPath: container.terminationMessagePath ?? '/dev/termination-log', hostPath: messageFile });
  return {
    metadata: { name: container.name, attempt },
    image: { image: input.imageRef },
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? '',
    envs: Object.entries(env).map(([key, value]) => ({ key, value })),
    mounts,
    devices: [],
    labels: containerLabels(pod, container),
    annotations: {
      [ANNOTATION.image]: container.image ?? '',
      [ANNOTATION.restartCount]: String(attempt),
      [ANNOTATION.runsToEnd]: String(runsToEnd(pod, input.kind)),
      [ANNOTATION.terminationMessagePolicy]: container.terminationMessagePolicy ?? 'File',
    },
    logPath: `${container.name}/${attempt}.log`,
    stdin: container.stdin ?? false,
    stdinOnce: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: {
      resources: { ...linuxResources(pod, container, options.capacity.memoryBytes), ...killedWhole(context.cgroups) },
      securityContext: security,
    },
  };
}

function runsToEnd(pod: Pod, kind: ContainerKind): boolean {
  return kind === 'init' || (kind === 'main' && (pod.spec?.restartPolicy ?? 'Always') !== 'Always');
}
