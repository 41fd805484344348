// Writes the EndpointSlices that one manager keeps for one Service.
import { type EndpointGroup, planSlices } from '#engine/endpoints';
import type { EndpointSlice, OwnerReference } from '#model/kube';
import { type ControllerWatch, deleteExactly } from '#reconcile';
import type { ControllerContext } from '../context.ts';

export const serviceNameLabel = 'kubernetes.io/service-name';
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';

export interface SlicesWanted {
  /** Of the Service. */
  readonly name: string;
  readonly namespace: string;
  readonly manager: string;
  readonly ownerReferences: OwnerReference[];
  /** Besides those that name Service and manager. */
  readonly labels: Readonly<Record<string, string>>;
  readonly groups: readonly EndpointGroup[];
  /** Without it no slice stands for "no endpoints". */
  readonly emptyType?: 'IPv4' | 'IPv6';
}

function isOf(slice: EndpointSlice, manager: string): boolean {
  return slice.metadata?.labels?.[managedByLabel] === manager;
}

/** A slice that somebody changed or deleted leads back to its Service. */
export function watchSlices(context: ControllerContext, manager: string): ControllerWatch<EndpointSlice> {
  return {
    cache: context.caches.endpointSlices,
    *keys({ object, previous }) {
      for (const slice of [object, previous]) {
        const service = slice?.metadata?.labels?.[serviceNameLabel];
        if (slice && service && isOf(slice, manager)) yield `${slice.metadata?.namespace}/${service}`;
      }
    },
  };
}

export async function applySlices(context: ControllerContext, wanted: SlicesWanted): Promise<void> {
  const { client, kinds, slicesByService } = context;
  const labels = { ...wanted.labels, [serviceNameLabel]: wanted.name, [managedByLabel]: wanted.manager };
  const known = slicesByService
    .get(`${wanted.namespace}/${wanted.name}`)
    .filter((slice) => isOf(slice, wanted.manager) && !slice.metadata?.deletionTimestamp);
  const plan = planSlices({ groups: wanted.groups, slices: known, labels, emptyType: wanted.emptyType ?? 'IPv4' });
  const metadata = { namespace: wanted.namespace, generateName: `${wanted.name.slice(0, 57)}-`, labels };
  for (const body of plan.create) {
    if (!wanted.emptyType && (body.endpoints ?? []).length === 0) continue;
    await client.create(kinds.endpointSlices, {
      metadata: { ...metadata, ownerReferences: wanted.ownerReferences },
      ...body,
    });
  }
  for (const slice of plan.update) await client.update(kinds.endpointSlices, slice);
  for (const slice of plan.remove) await deleteExactly(client, kinds.endpointSlices, slice);
}
