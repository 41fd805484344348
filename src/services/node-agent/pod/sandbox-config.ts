// The sandbox of a pod in the words of the runtime.
import { fullHostNameOf, hostNameOf, parseResolver, qosClassOf, resolverOf } from '#engine/pod';
import type { Pod } from '#model/kube';
import type { PortMapping, SandboxConfig } from '#platform/cri';
import { readTextIfPresent } from '#platform/disk';
import type { AgentContext } from '../context.ts';
import { podLabels } from './names.ts';
import { namespacesOf, seccompOf } from './security.ts';

const PROTOCOLS: Readonly<Record<string, number>> = { TCP: 0, UDP: 1, SCTP: 2 };

/** The control group of a pod, by its class. */
export function podCgroup(cgroupRoot: string, pod: Pod): string {
  const qos = qosClassOf(pod);
  const parent = qos === 'Guaranteed' ? 'kubepods' : `kubepods/${qos.toLowerCase()}`;
  return `${cgroupRoot}/${parent}/pod${pod.metadata?.uid}`;
}

function portsOf(pod: Pod): PortMapping[] {
  if (pod.spec?.hostNetwork) return [];
  const containers = [
    ...(pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always'),
    ...(pod.spec?.containers ?? []),
  ];
  return containers
    .flatMap((container) => container.ports ?? [])
    .filter((port) => port.hostPort)
    .map((port) => ({
      protocol: PROTOCOLS[port.protocol ?? 'TCP'] ?? 0,
      containerPort: port.containerPort,
      hostPort: port.hostPort ?? 0,
      hostIp: port.hostIP ?? '',
    }));
}

export function sandboxConfig(context: AgentContext, pod: Pod, attempt: number): SandboxConfig {
  const { options, paths } = context;
  const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
  const security = pod.spec?.securityContext ?? {};
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
  const host = parseResolver(readTextIfPresent(options.resolverFile ?? '/etc/resolv.conf') ?? '');
  const { clusterDns, clusterDomain } = options;
  const fullName = pod.spec?.setHostnameAsFQDN ? fullHostNameOf(pod, clusterDomain) : undefined;
  const groups = [
    ...(security.supplementalGroups ?? []),
    ...(security.fsGroup === undefined ? [] : [security.fsGroup]),
  ];
  return {
    metadata: { name, namespace, uid, attempt },
    // A pod on the host's network shares the host's name too; the runtime refuses any other.
    hostname: pod.spec?.hostNetwork ? '' : (fullName ?? hostNameOf(pod)),
    logDirectory: paths.podLogs(pod),
    dnsConfig: resolverOf(pod, { clusterDns, clusterDomain, host }),
    portMappings: portsOf(pod),
    labels: podLabels(pod),
    annotations: pod.metadata?.annotations ?? {},
    linux: {
      cgroupParent: podCgroup(options.cgroupRoot, pod),
      securityContext: {
        namespaceOptions: namespacesOf(pod),
        ...(security.runAsUser === undefined ? {} : { runAsUser: { value: security.runAsUser } }),
        ...(security.runAsUser === undefined || security.runAsGroup === undefined
          ? {}
          : { runAsGroup: { value: security.runAsGroup } }),
        supplementalGroups: groups,
        privileged: containers.some((container) => container.securityContext?.privileged),
        seccomp: seccompOf({ type: 'RuntimeDefault' }, ''),
      },
      sysctls: Object.fromEntries((security.sysctls ?? []).map((sysctl) => [sysctl.name, sysctl.value])),
    },
  };
}
