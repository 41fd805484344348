// Security contexts of pod and container as the runtime wants them. Unsupported fields are refused by name.
// Source: Kubernetes, "Configure a Security Context for a Pod or Container".
import { WorldError } from '#base';
import type { Container, Pod, SeccompProfile } from '#model/kube';
import type { ContainerSecurity, CriImage, NamespaceOption, SecurityProfile } from '#platform/cri';

const MASKED_PATHS = [
  '/proc/asound',
  '/proc/acpi',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
  '/sys/devices/virtual/powercap',
];
const READ_ONLY_PATHS = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'];

export function namespacesOf(pod: Pod): NamespaceOption {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace } = pod.spec ?? {};
  return { network: hostNetwork ? 2 : 0, pid: hostPID ? 2 : shareProcessNamespace ? 0 : 1, ipc: hostIPC ? 2 : 0 };
}

export function seccompOf(profile: SeccompProfile | undefined, seccompFolder: string): SecurityProfile {
  if (profile?.type === 'RuntimeDefault') return { profileType: 0 };
  if (profile?.type === 'Localhost')
    return { profileType: 2, localhostRef: `${seccompFolder}/${profile.localhostProfile}` };
  return { profileType: 1 };
}

interface SecurityInput {
  readonly pod: Pod;
  readonly container: Container;
  readonly image: CriImage | undefined;
  readonly seccompFolder: string;
  /** Id of the container whose processes are to be seen; of an ephemeral container. */
  readonly targetId?: string;
}

/** Errors: WorldError `Invalid` with the message of a CreateContainerConfigError. */
export function containerSecurity(input: SecurityInput): ContainerSecurity {
  const { pod, container, image } = input;
  const own = container.securityContext ?? {};
  const whole = pod.spec?.securityContext ?? {};
  const runAsUser = own.runAsUser ?? whole.runAsUser;
  const runAsGroup = own.runAsGroup ?? whole.runAsGroup;
  checkNonRoot(input, runAsUser, own.runAsNonRoot ?? whole.runAsNonRoot ?? false);
  const groups = [...new Set([...(whole.supplementalGroups ?? []), ...(whole.fsGroup ? [whole.fsGroup] : [])])];
  const privileged = own.privileged ?? false;
  const unmasked = own.procMount === 'Unmasked';
  const imageUser = image?.uid ? { value: image.uid.value } : undefined;
  const user =
    runAsUser !== undefined
      ? { runAsUser: { value: runAsUser } }
      : imageUser
        ? { runAsUser: imageUser }
        : { runAsUsername: image?.username ?? '' };
  const namespaces = namespacesOf(pod);
  return {
    capabilities: {
      addCapabilities: own.capabilities?.add ?? [],
      dropCapabilities: own.capabilities?.drop ?? [],
    },
    privileged,
    namespaceOptions: input.targetId ? { ...namespaces, pid: 3, targetId: input.targetId } : namespaces,
    ...user,
    ...(runAsGroup === undefined ? {} : { runAsGroup: { value: runAsGroup } }),
    readonlyRootfs: own.readOnlyRootFilesystem ?? false,
    supplementalGroups: groups,
    noNewPrivs: own.allowPrivilegeEscalation === false,
    maskedPaths: privileged || unmasked ? [] : MASKED_PATHS,
    readonlyPaths: privileged || unmasked ? [] : READ_ONLY_PATHS,
    seccomp: privileged
      ? { profileType: 1 }
      : seccompOf(own.seccompProfile ?? whole.seccompProfile, input.seccompFolder),
  };
}

function checkNonRoot({ pod, container, image }: SecurityInput, runAsUser: number | undefined, nonRoot: boolean): void {
  if (!nonRoot) return;
  const whose = `(pod: "${pod.metadata?.name}_${pod.metadata?.namespace}(${pod.metadata?.uid})", container: ${container.name})`;
  if (runAsUser === 0)
    throw new WorldError('Invalid', `container's runAsUser breaks non-root policy ${whose}`, {
      subject: container.name,
    });
  if (runAsUser !== undefined) return;
  if (image?.username && !image.uid)
    throw new WorldError(
      'Invalid',
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${whose}`,
    );
  if (!image?.uid || image.uid.value === 0)
    throw new WorldError('Invalid', `container has runAsNonRoot and image will run as root ${whose}`);
}
