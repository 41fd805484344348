// Decides how wanted endpoints are spread over EndpointSlices with as few changes as possible: what stands in a slice stays
// there, what is gone leaves, what is new fills room before a new slice is made. Source: Kubernetes concepts "EndpointSlices".
import { sameJson, stableJson } from '#base';
import type { Endpoint, EndpointSlice } from '#model/kube';
import type { EndpointGroup } from './endpoints.plan.ts';

export const sliceEndpointsMax = 100;

export interface SlicesPlan {
  /** Bodies without metadata. */
  readonly create: readonly Pick<EndpointSlice, 'addressType' | 'ports' | 'endpoints'>[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

export interface SlicesInput {
  readonly groups: readonly EndpointGroup[];
  readonly slices: readonly EndpointSlice[];
  readonly labels: Readonly<Record<string, string>>;
  /** Address family of the empty slice that stands for "no endpoints". */
  readonly emptyType: 'IPv4' | 'IPv6';
  readonly endpointsMax?: number;
}

const idOf = (endpoint: Endpoint): string => `${endpoint.targetRef?.uid ?? ''}|${endpoint.addresses[0] ?? ''}`;
const shapeOf = (addressType: string, ports: unknown): string => addressType + stableJson(ports ?? []);

export function planSlices(input: SlicesInput): SlicesPlan {
  const create: SlicesPlan['create'][number][] = [];
  const update: EndpointSlice[] = [];
  const left = new Map<string, EndpointSlice[]>();
  for (const slice of input.slices) {
    const shape = shapeOf(slice.addressType, slice.ports);
    left.set(shape, [...(left.get(shape) ?? []), slice]);
  }
  const wanted = input.groups.length > 0 ? input.groups : [{ addressType: input.emptyType, ports: [], endpoints: [] }];
  for (const group of wanted) {
    const shape = shapeOf(group.addressType, group.ports);
    const slices = left.get(shape) ?? [];
    left.delete(shape);
    const spread = spreadGroup(group, slices, input.endpointsMax ?? sliceEndpointsMax);
    for (const endpoints of spread.fresh)
      create.push({ addressType: group.addressType, ports: [...group.ports], endpoints });
    for (const [slice, endpoints] of spread.kept) {
      const changed =
        !sameJson(endpoints, slice.endpoints ?? []) || !sameJson(input.labels, slice.metadata?.labels ?? {});
      if (changed) update.push({ ...slice, metadata: { ...slice.metadata, labels: { ...input.labels } }, endpoints });
    }
    if (spread.empty.length > 0) left.set(shape, spread.empty);
  }
  return { create, update, remove: [...left.values()].flat() };
}

function spreadGroup(
  group: EndpointGroup,
  slices: readonly EndpointSlice[],
  max: number,
): { kept: Map<EndpointSlice, Endpoint[]>; fresh: Endpoint[][]; empty: EndpointSlice[] } {
  const wanted = new Map(group.endpoints.map((endpoint) => [idOf(endpoint), endpoint]));
  const kept = new Map<EndpointSlice, Endpoint[]>();
  for (const slice of slices) {
    const stay: Endpoint[] = [];
    for (const known of slice.endpoints ?? []) {
      const endpoint = wanted.get(idOf(known));
      if (!endpoint || stay.length >= max) continue;
      stay.push(endpoint);
      wanted.delete(idOf(known));
    }
    kept.set(slice, stay);
  }
  const rest = [...wanted.values()];
  for (const [, endpoints] of [...kept].sort((a, b) => b[1].length - a[1].length)) {
    endpoints.push(...rest.splice(0, Math.max(0, max - endpoints.length)));
  }
  const fresh: Endpoint[][] = [];
  while (rest.length > 0) fresh.push(rest.splice(0, max));
  const empty = [...kept].filter(([, endpoints]) => endpoints.length === 0).map(([slice]) => slice);
  // One empty slice says "known, and nothing there"; more of them say nothing.
  if (group.endpoints.length === 0 && empty.length > 0) empty.shift();
  else if (group.endpoints.length === 0 && slices.length === 0) fresh.push([]);
  for (const slice of empty) kept.delete(slice);
  return { kept, fresh, empty };
}
