// Keeps the objects that show where the site stands: the ConfigMap with who may read it, and a condition on every node. Each key is one
// object; the file, the objects themselves and time all lead to the same look.
import { ApiError, type Client, type Resource, resourceOf } from '#client';
import type { ConfigMap, KubeObject, Node } from '#model/kube';
import { type Clock, rfc3339 } from '#platform/clock';
import type { Controller } from '#reconcile';
import { LOOK_AGAIN_MS } from './limits.ts';
import {
  AT,
  connectivityMap,
  namespaceObject,
  nodeCondition,
  readerBinding,
  readerRole,
  saysEnough,
} from './standing-objects.ts';
import type { StandingSource } from './standing-source.ts';

const NODES = resourceOf<Node>('', 'v1', 'nodes');
const MAPS = resourceOf<ConfigMap>('', 'v1', 'configmaps');
const RBAC = 'rbac.authorization.k8s.io';
/** What stands around the map, in the order in which it is made. */
const AROUND: readonly (readonly [Resource, KubeObject])[] = [
  [resourceOf('', 'v1', 'namespaces'), namespaceObject],
  [resourceOf(RBAC, 'v1', 'roles'), readerRole],
  [resourceOf(RBAC, 'v1', 'rolebindings'), readerBinding],
];
const SHOWN_KEY = 'connectivity';
const NODE_PREFIX = 'node/';

export interface StandingOptions {
  readonly client: Client;
  readonly source: StandingSource;
  readonly clock: Clock;
}

export function standingController({ client, source, clock }: StandingOptions): Controller {
  const nodes = client.cache(NODES);
  const around = AROUND.map(([resource, { metadata }]) =>
    client.cache(resource, { fieldSelector: `metadata.name=${metadata?.name}` }),
  );
  const maps = client.cache(MAPS, { namespace: AT.namespace, fieldSelector: `metadata.name=${AT.name}` });
  const nodeKey = (node: Node): string => `${NODE_PREFIX}${node.metadata?.name ?? ''}`;

  const make = async (resource: Resource, object: KubeObject): Promise<void> => {
    await client.create(resource, object).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.reason !== 'AlreadyExists') throw error;
    });
  };
  const showMap = async (): Promise<void> => {
    for (const [i, [resource, object]] of AROUND.entries()) {
      const { name = '', namespace } = object.metadata ?? {};
      if (!around[i]?.get({ name, ...(namespace && { namespace }) })) await make(resource, object);
    }
    const wanted = connectivityMap(source.shown());
    const found = maps.get(AT);
    if (!found) await make(MAPS, wanted);
    else if (!saysEnough(found, source.shown())) await client.update(MAPS, { ...found, data: wanted.data });
  };
  const showNode = async (name: string): Promise<void> => {
    const node = nodes.get({ name });
    if (!node) return;
    const wanted = nodeCondition(source.shown());
    const found = node.status?.conditions?.find(({ type }) => type === wanted.type);
    const { status, reason, message } = wanted;
    if (found && found.status === status && found.reason === reason && found.message === message) return;
    const now = rfc3339(clock.now());
    const lastTransitionTime = found?.status === status ? (found.lastTransitionTime ?? now) : now;
    const condition = { ...wanted, lastHeartbeatTime: now, lastTransitionTime };
    const body = { status: { conditions: [condition] } };
    await client.patch(NODES, { name }, { type: 'strategic', body }, { subresource: 'status' });
  };

  return {
    name: 'standing',
    resyncMs: LOOK_AGAIN_MS,
    watches: [
      { cache: source.cache, keys: () => [SHOWN_KEY, ...nodes.list().map(nodeKey)] },
      { cache: nodes, keys: ({ type, object }) => (type === 'deleted' ? [] : [nodeKey(object)]) },
      ...[...around, maps].map((cache) => ({ cache, keys: () => [SHOWN_KEY] })),
    ],
    reconcile: (key) => (key === SHOWN_KEY ? showMap() : showNode(key.slice(NODE_PREFIX.length))),
  };
}
