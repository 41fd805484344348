// Labels machines with their role. A node may not give itself a role (Kubernetes, NodeRestriction), so the control plane does.
import { type Client, resourceOf } from '#client';
import type { Node } from '#model/kube';
import type { Machine } from '#model/site';
import type { Controller } from '#reconcile';

const NODES = resourceOf<Node>('', 'v1', 'nodes');
const LABEL_PREFIX = 'node-role.kubernetes.io/';
const LABEL_OF = { master: `${LABEL_PREFIX}control-plane`, worker: `${LABEL_PREFIX}worker` } as const;

export function machineRolesController(of: { client: Client; machines: readonly Machine[] }): Controller {
  const nodes = of.client.cache(NODES);
  return {
    name: 'machine-roles',
    watches: [{ cache: nodes, keys: ({ object }) => [object.metadata?.name ?? ''] }],
    reconcile: async (name) => {
      const machine = of.machines.find((one) => one.name === name);
      const node = nodes.get({ name });
      if (!machine || !node || node.metadata?.labels?.[LABEL_OF[machine.role]] !== undefined) return;
      await of.client.patch(NODES, { name }, 'merge', { metadata: { labels: { [LABEL_OF[machine.role]]: '' } } });
    },
  };
}
