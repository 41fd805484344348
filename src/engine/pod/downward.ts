// What a pod may know of itself: fieldRef and resourceFieldRef, for variables and files.
// Source: Kubernetes, "Downward API".
import { quantityNanos } from '#base';
import type { Container, ObjectFieldSelector, Pod, ResourceFieldSelector } from '#model/kube';

export interface PodFacts {
  readonly pod: Pod;
  readonly nodeName: string;
  readonly hostAddress: string;
  /** Known once the sandbox has a network. */
  readonly podIps: readonly string[];
  /** Stands in for limits that a container does not set. */
  readonly allocatable: Readonly<Record<string, string | number>>;
}

function mapText(map: Readonly<Record<string, string>> | undefined): string {
  return Object.keys(map ?? {})
    .sort()
    .map((key) => `${key}=${quote(map?.[key] ?? '')}`)
    .join('\n');
}

/** Quoted as a Go string, which is the published form of labels and annotations in files. */
function quote(text: string): string {
  return JSON.stringify(text);
}

/** The text of a field; undefined when there is no such field. */
export function fieldText(selector: ObjectFieldSelector, facts: PodFacts): string | undefined {
  const { metadata, spec } = facts.pod;
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(selector.fieldPath);
  if (entry) return (entry[1] === 'labels' ? metadata?.labels : metadata?.annotations)?.[entry[2] ?? ''] ?? '';
  const texts: Readonly<Record<string, () => string | undefined>> = {
    'metadata.name': () => metadata?.name,
    'metadata.namespace': () => metadata?.namespace,
    'metadata.uid': () => metadata?.uid,
    'metadata.labels': () => mapText(metadata?.labels),
    'metadata.annotations': () => mapText(metadata?.annotations),
    'spec.nodeName': () => facts.nodeName,
    'spec.serviceAccountName': () => spec?.serviceAccountName ?? '',
    'status.hostIP': () => facts.hostAddress,
    'status.hostIPs': () => facts.hostAddress,
    'status.podIP': () => facts.podIps[0] ?? '',
    'status.podIPs': () => facts.podIps.join(','),
  };
  return texts[selector.fieldPath]?.();
}

/** The text of a resource, divided by the divisor and rounded up; undefined when container or resource are unknown. */
export function resourceText(
  selector: ResourceFieldSelector,
  facts: PodFacts,
  container: Container | undefined,
): string | undefined {
  const [group, ...rest] = selector.resource.split('.');
  const name = rest.join('.');
  if (!container || (group !== 'limits' && group !== 'requests')) return undefined;
  const resources = container.resources ?? {};
  const own = group === 'limits' ? resources.limits?.[name] : (resources.requests?.[name] ?? resources.limits?.[name]);
  const value = own ?? (group === 'limits' ? facts.allocatable[name] : '0') ?? '0';
  const given = String(selector.divisor ?? '0');
  const divisor = quantityNanos(given === '0' ? '1' : given) ?? 0n;
  const nanos = quantityNanos(value) ?? 0n;
  if (divisor <= 0n) return undefined;
  return String((nanos + divisor - 1n) / divisor);
}
