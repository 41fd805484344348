// A pod as the scheduler sees it: everything that decisions need, worked out once.
import { type LabelSelectorShape, labelSelectorIsEmpty, labelSelectorMatches } from '#base';
import type { Pod, PodAffinityTerm } from '#model/kube';
import { type Amounts, podRequests } from './pod-requests.ts';

/** Selects pods by label and namespace; two with the same `id` select the same pods. */
export interface PodQuery {
  readonly id: string;
  matches(pod: PodInfo): boolean;
}

export interface AffinityTerm extends PodQuery {
  readonly topologyKey: string;
  readonly weight: number;
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

export interface PodInfo {
  readonly pod: Pod;
  readonly uid: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Uid of the pod's controller, by which pods are spread when nothing else says how. */
  readonly controllerUid?: string;
  readonly requests: Amounts;
  /** With small amounts assumed where nothing is stated; for scores. */
  readonly weighed: Amounts;
  readonly ports: readonly HostPort[];
  readonly affinity: readonly AffinityTerm[];
  readonly antiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly AffinityTerm[];
  readonly preferredAntiAffinity: readonly AffinityTerm[];
  /** Names of the claims that its volumes need. */
  readonly claims: readonly string[];
  readonly images: readonly string[];
}

/** Labels of a namespace, for terms that select namespaces. */
export type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>> | undefined;

/** A selector narrowed to pods that share these labels' values with `labels`. */
export function narrowed(
  selector: LabelSelectorShape | undefined,
  labels: Readonly<Record<string, string>>,
  keys: { match?: readonly string[]; mismatch?: readonly string[] },
): LabelSelectorShape | undefined {
  if (!selector) return undefined;
  const expressions = [...(selector.matchExpressions ?? [])];
  for (const key of keys.match ?? []) {
    const value = labels[key];
    if (value !== undefined) expressions.push({ key, operator: 'In', values: [value] });
  }
  for (const key of keys.mismatch ?? []) {
    const value = labels[key];
    if (value !== undefined) expressions.push({ key, operator: 'NotIn', values: [value] });
  }
  return { ...selector, matchExpressions: expressions };
}

function termOf(
  term: PodAffinityTerm,
  weight: number,
  from: { pod: Pod; namespaceLabels: NamespaceLabels },
): AffinityTerm {
  const { labels = {}, namespace = '' } = from.pod.metadata ?? {};
  const selector = narrowed(term.labelSelector, labels, {
    match: term.matchLabelKeys,
    mismatch: term.mismatchLabelKeys,
  });
  const named = term.namespaces ?? [];
  const own = named.length === 0 && !term.namespaceSelector;
  const everywhere = term.namespaceSelector && labelSelectorIsEmpty(term.namespaceSelector);
  const inNamespace = (candidate: string): boolean =>
    (own && candidate === namespace) ||
    named.includes(candidate) ||
    Boolean(everywhere) ||
    (term.namespaceSelector !== undefined &&
      labelSelectorMatches(term.namespaceSelector, from.namespaceLabels(candidate)));
  return {
    id: JSON.stringify([own ? namespace : '', named, term.namespaceSelector ?? null, selector ?? null]),
    topologyKey: term.topologyKey,
    weight,
    matches: (other) => inNamespace(other.namespace) && labelSelectorMatches(selector, other.labels),
  };
}

function hostPorts(pod: Pod): HostPort[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  return [...(pod.spec?.containers ?? []), ...sidecars].flatMap((container) =>
    (container.ports ?? [])
      .filter((port) => port.hostPort)
      .map((port) => ({ ip: port.hostIP || '0.0.0.0', protocol: port.protocol ?? 'TCP', port: port.hostPort ?? 0 })),
  );
}

function imageName(image: string | undefined): string {
  const name = image ?? '';
  return name.lastIndexOf(':') > name.lastIndexOf('/') || name.includes('@') ? name : `${name}:latest`;
}

export function podInfo(pod: Pod, namespaceLabels: NamespaceLabels = () => undefined): PodInfo {
  const { metadata, spec } = pod;
  const from = { pod, namespaceLabels };
  const required = (terms: PodAffinityTerm[] | undefined) => (terms ?? []).map((term) => termOf(term, 1, from));
  const preferred = (terms: { podAffinityTerm: PodAffinityTerm; weight: number }[] | undefined) =>
    (terms ?? []).map((term) => termOf(term.podAffinityTerm, term.weight, from));
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {};
  const claims = (spec?.volumes ?? []).flatMap((volume) =>
    volume.persistentVolumeClaim
      ? [volume.persistentVolumeClaim.claimName]
      : volume.ephemeral
        ? [`${metadata?.name}-${volume.name}`]
        : [],
  );
  return {
    pod,
    uid: metadata?.uid ?? '',
    namespace: metadata?.namespace ?? '',
    labels: metadata?.labels ?? {},
    controllerUid: metadata?.ownerReferences?.find((reference) => reference.controller)?.uid,
    requests: podRequests(spec),
    weighed: podRequests(spec, { assume: true }),
    ports: hostPorts(pod),
    affinity: required(podAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    antiAffinity: required(podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution),
    preferredAffinity: preferred(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: preferred(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    claims,
    images: (spec?.containers ?? []).map((container) => imageName(container.image)),
  };
}
