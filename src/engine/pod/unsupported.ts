// What a pod may ask for and this node cannot give. It is refused by name: a pod that runs without what it asked for would be
// worse off than one that waits. Source: Kubernetes API, core/v1 PodSpec, SecurityContext.
import type { AppArmorProfile, Container, Pod } from '#model/kube';

/** Sysctls that belong to a pod alone. Source: Kubernetes, "Using sysctls in a Kubernetes Cluster", safe sysctls. */
const SAFE_SYSCTLS: readonly string[] = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
];

function appArmorOf(pod: Pod, container: Container): AppArmorProfile | undefined {
  return container.securityContext?.appArmorProfile ?? pod.spec?.securityContext?.appArmorProfile;
}

/** What hinders a container from being made, in words for its status; undefined when nothing does. */
export function unsupportedIn(pod: Pod, container: Container): string | undefined {
  const own = container.securityContext ?? {};
  const whole = pod.spec?.securityContext ?? {};
  const refused: readonly [string, boolean][] = [
    ['hostUsers: false (user namespaces)', pod.spec?.hostUsers === false],
    ['resourceClaims', (pod.spec?.resourceClaims ?? []).length > 0 || (container.resources?.claims ?? []).length > 0],
    ['securityContext.seLinuxOptions', hasFields(own.seLinuxOptions) || hasFields(whole.seLinuxOptions)],
    ['securityContext.windowsOptions', hasFields(own.windowsOptions) || hasFields(whole.windowsOptions)],
    ['supplementalGroupsPolicy Strict', whole.supplementalGroupsPolicy === 'Strict'],
    ['appArmorProfile Localhost', appArmorOf(pod, container)?.type === 'Localhost'],
    ['lifecycle.stopSignal of a real-time signal', container.lifecycle?.stopSignal?.startsWith('SIGRT') ?? false],
    ['volumeDevices', (container.volumeDevices ?? []).length > 0],
  ];
  const first = refused.find(([, isAsked]) => isAsked);
  return first && `${first[0]} is not supported on this node`;
}

/** What is accepted without effect, in words for an event. */
export function withoutEffectIn(pod: Pod, container: Container): string | undefined {
  if (appArmorOf(pod, container)?.type !== 'RuntimeDefault') return undefined;
  return 'AppArmor is not used on this node: appArmorProfile RuntimeDefault has no effect';
}

/** The first sysctl that reaches beyond the pod. */
export function forbiddenSysctl(pod: Pod): string | undefined {
  return pod.spec?.securityContext?.sysctls?.find(({ name }) => !SAFE_SYSCTLS.includes(name.replaceAll('/', '.')))
    ?.name;
}

function hasFields(options: object | undefined): boolean {
  return options !== undefined && Object.keys(options).length > 0;
}
