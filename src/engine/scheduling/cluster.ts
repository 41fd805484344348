// Nodes and the pods on them, kept current pod by pod, so that a decision costs by nodes and never by pods. Pods of a kind
// (a selector, a controller) are counted per node by counters that are made when first asked for, and maintained from then on.
import type { Node } from '#model/kube';
import { podCountersMax } from './limits.ts';
import type { AffinityTerm, HostPort, PodInfo, PodQuery } from './pod-info.ts';
import { type Amounts, amountOf } from './pod-requests.ts';

export interface NodeInfo {
  readonly node: Node;
  readonly name: string;
  readonly allocatable: Amounts;
  readonly requested: Amounts;
  readonly weighed: Amounts;
  readonly pods: Map<string, PodInfo>;
  readonly images: ReadonlyMap<string, number>;
}

/** Terms of pods that are placed, by their content, with how often they stand on each node. */
export interface PlacedTerm {
  readonly term: AffinityTerm;
  readonly nodes: Map<string, number>;
}

export type PlacedTermKind = 'affinity' | 'antiAffinity' | 'preferredAffinity' | 'preferredAntiAffinity';
const TERM_KINDS: readonly PlacedTermKind[] = [
  'affinity',
  'antiAffinity',
  'preferredAffinity',
  'preferredAntiAffinity',
];

export interface Cluster {
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  setNode(node: Node): void;
  removeNode(name: string): void;
  /** Puts a pod on a node, or moves it there; the node need not be known yet. */
  addPod(info: PodInfo, nodeName: string): void;
  removePod(uid: string): void;
  nodeOfPod(uid: string): string | undefined;
  /** Pods per node that a query selects. */
  count(query: PodQuery): ReadonlyMap<string, number>;
  placedTerms(kind: PlacedTermKind): Iterable<PlacedTerm>;
  /** How many nodes have an image. */
  nodesWithImage(image: string): number;
  /** How many placed pods use a claim, by `namespace/name`. */
  claimUsers(claim: string): number;
  /** What queries know of namespaces has changed. */
  forgetCounts(): void;
}

function bump(map: Map<string, number>, key: string, by: number): void {
  const next = (map.get(key) ?? 0) + by;
  if (next === 0) map.delete(key);
  else map.set(key, next);
}

function freshNode(node: Node, pods: Map<string, PodInfo>): NodeInfo {
  const allocatable: Amounts = new Map();
  const given = node.status?.allocatable ?? node.status?.capacity ?? {};
  for (const resource in given) allocatable.set(resource, amountOf(resource, given[resource] ?? 0));
  const images = new Map<string, number>();
  for (const image of node.status?.images ?? [])
    for (const name of image.names ?? []) images.set(name, image.sizeBytes ?? 0);
  const info: NodeInfo = {
    node,
    name: node.metadata?.name ?? '',
    allocatable,
    requested: new Map(),
    weighed: new Map(),
    pods,
    images,
  };
  for (const pod of pods.values()) account(info, pod, 1);
  return info;
}

function account(node: NodeInfo, pod: PodInfo, sign: 1 | -1): void {
  for (const [resource, amount] of pod.requests) bump(node.requested, resource, sign * amount);
  for (const [resource, amount] of pod.weighed) bump(node.weighed, resource, sign * amount);
}

interface PodCounters {
  /** Pods per node that a query selects; `placed` is looked through when the query is new. */
  count(query: PodQuery, placed: Iterable<Place>): ReadonlyMap<string, number>;
  tally(info: PodInfo, node: string, sign: 1 | -1): void;
  clear(): void;
}

interface Place {
  readonly node: string;
  readonly info: PodInfo;
}

/** Counters of the queries asked last: what nobody asked for longest is forgotten first. */
function podCounters(): PodCounters {
  const counters = new Map<string, { query: PodQuery; counts: Map<string, number> }>();
  return {
    count(query, placed) {
      const known = counters.get(query.id);
      if (known) {
        counters.delete(query.id);
        counters.set(query.id, known);
        return known.counts;
      }
      const counts = new Map<string, number>();
      for (const { info, node } of placed) if (query.matches(info)) bump(counts, node, 1);
      counters.set(query.id, { query, counts });
      if (counters.size > podCountersMax) {
        const oldest = counters.keys().next();
        if (!oldest.done) counters.delete(oldest.value);
      }
      return counts;
    },
    tally(info, node, sign) {
      for (const { query, counts } of counters.values()) if (query.matches(info)) bump(counts, node, sign);
    },
    clear: () => counters.clear(),
  };
}

export function cluster(): Cluster {
  const nodes = new Map<string, NodeInfo>();
  const places = new Map<string, Place>();
  const podsOf = new Map<string, Map<string, PodInfo>>();
  const counters = podCounters();
  const terms = new Map(TERM_KINDS.map((kind) => [kind, new Map<string, PlacedTerm>()] as const));
  const imageNodes = new Map<string, number>();
  const claims = new Map<string, number>();

  const tally = (info: PodInfo, node: string, sign: 1 | -1): void => {
    counters.tally(info, node, sign);
    for (const [kind, placed] of terms) {
      for (const term of info[kind]) {
        const id = `${term.topologyKey}|${term.weight}|${term.id}`;
        const known = placed.get(id) ?? { term, nodes: new Map<string, number>() };
        placed.set(id, known);
        bump(known.nodes, node, sign);
        if (known.nodes.size === 0) placed.delete(id);
      }
    }
    for (const claim of info.claims) bump(claims, `${info.namespace}/${claim}`, sign);
  };
  const remove = (uid: string): void => {
    const place = places.get(uid);
    if (!place) return;
    places.delete(uid);
    const node = nodes.get(place.node);
    if (node) account(node, place.info, -1);
    podsOf.get(place.node)?.delete(uid);
    tally(place.info, place.node, -1);
  };
  const images = (info: NodeInfo | undefined, sign: 1 | -1): void => {
    for (const image of info?.images.keys() ?? []) bump(imageNodes, image, sign);
  };
  return {
    nodes,
    setNode(node) {
      const name = node.metadata?.name ?? '';
      const pods = podsOf.get(name) ?? new Map<string, PodInfo>();
      podsOf.set(name, pods);
      images(nodes.get(name), -1);
      const info = freshNode(node, pods);
      images(info, 1);
      nodes.set(name, info);
    },
    removeNode(name) {
      images(nodes.get(name), -1);
      nodes.delete(name);
      if (podsOf.get(name)?.size === 0) podsOf.delete(name);
    },
    addPod(info, nodeName) {
      remove(info.uid);
      places.set(info.uid, { node: nodeName, info });
      const pods = podsOf.get(nodeName) ?? new Map<string, PodInfo>();
      podsOf.set(nodeName, pods.set(info.uid, info));
      const node = nodes.get(nodeName);
      if (node) account(node, info, 1);
      tally(info, nodeName, 1);
    },
    removePod: remove,
    nodeOfPod: (uid) => places.get(uid)?.node,
    count: (query) => counters.count(query, places.values()),
    placedTerms: (kind) => terms.get(kind)?.values() ?? [],
    nodesWithImage: (image) => imageNodes.get(image) ?? 0,
    claimUsers: (claim) => claims.get(claim) ?? 0,
    forgetCounts: () => counters.clear(),
  };
}

/** Whether two host ports get in each other's way. */
export function portsClash(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false;
  return a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0';
}
