// /etc/hosts, the host name and the resolver of a pod.
// Source: Kubernetes, "DNS for Services and Pods"; "Adding entries to Pod /etc/hosts with HostAliases".
import type { Pod } from '#model/kube';

export interface ResolverConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** The longest host name the kernel takes. */
const HOST_NAME_LENGTH_MAX = 63;

export function hostNameOf(pod: Pod): string {
  if (pod.spec?.hostnameOverride) return pod.spec.hostnameOverride;
  const name = pod.spec?.hostname ?? pod.metadata?.name ?? '';
  return name.slice(0, HOST_NAME_LENGTH_MAX).replace(/[-.]+$/, '');
}

/** The name under the pod's subdomain; undefined without one. */
export function fullHostNameOf(pod: Pod, clusterDomain: string): string | undefined {
  if (!pod.spec?.subdomain || pod.spec.hostnameOverride) return undefined;
  return `${hostNameOf(pod)}.${pod.spec.subdomain}.${pod.metadata?.namespace}.svc.${clusterDomain}`;
}

function aliasLines(pod: Pod): string {
  const aliases = pod.spec?.hostAliases ?? [];
  if (aliases.length === 0) return '';
  const lines = aliases.map((alias) => `${alias.ip}\t${(alias.hostnames ?? []).join('\t')}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join('')}`;
}

/** The hosts file of a pod; one on the host's network gets the host's own file with its aliases. */
export function hostsFile(
  pod: Pod,
  options: { podIps: readonly string[]; clusterDomain: string; hostFile: string },
): string {
  if (pod.spec?.hostNetwork)
    return `# Kubernetes-managed hosts file (host network).\n${options.hostFile}${aliasLines(pod)}`;
  const names = [fullHostNameOf(pod, options.clusterDomain), hostNameOf(pod)].filter(Boolean).join('\t');
  return [
    '# Kubernetes-managed hosts file.\n',
    '127.0.0.1\tlocalhost\n',
    '::1\tlocalhost ip6-localhost ip6-loopback\n',
    'fe00::0\tip6-localnet\n',
    'fe00::0\tip6-mcastprefix\n',
    'fe00::1\tip6-allnodes\n',
    'fe00::2\tip6-allrouters\n',
    ...options.podIps.map((ip) => `${ip}\t${names}\n`),
    aliasLines(pod),
  ].join('');
}

/** Reads nameserver, search and options lines of a resolv.conf. */
export function parseResolver(text: string): ResolverConfig {
  const words = (key: string): string[] =>
    text
      .split('\n')
      .filter((line) => new RegExp(`^\\s*${key}\\s`).test(line))
      .flatMap((line) => line.trim().split(/\s+/).slice(1));
  return { servers: words('nameserver'), searches: words('search'), options: words('options') };
}

export function resolverOf(
  pod: Pod,
  options: { clusterDns: string; clusterDomain: string; host: ResolverConfig },
): ResolverConfig {
  const { clusterDns, clusterDomain, host } = options;
  const policy = pod.spec?.dnsPolicy ?? 'ClusterFirst';
  const domain = clusterDomain;
  const cluster: ResolverConfig = {
    servers: [clusterDns],
    searches: [`${pod.metadata?.namespace}.svc.${domain}`, `svc.${domain}`, domain, ...host.searches],
    options: ['ndots:5'],
  };
  const ofCluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !pod.spec?.hostNetwork);
  const base = policy === 'None' ? { servers: [], searches: [], options: [] } : ofCluster ? cluster : host;
  const own = pod.spec?.dnsConfig;
  const ownOptions = (own?.options ?? []).map(({ name = '', value }) => (value ? `${name}:${value}` : name));
  const overridden = new Set(ownOptions.map((option) => option.split(':')[0]));
  return {
    servers: [...new Set([...base.servers, ...(own?.nameservers ?? [])])],
    searches: [...new Set([...base.searches, ...(own?.searches ?? [])])],
    options: [...base.options.filter((option) => !overridden.has(option.split(':')[0])), ...ownOptions],
  };
}
