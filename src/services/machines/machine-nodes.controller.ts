// Tells the cluster what a site knows of its machines: their role, which a node may not give itself (Kubernetes,
// NodeRestriction), and the folder where volumes of the node go.
import { type Client, resourceOf } from '#client';
import type { Node } from '#model/kube';
import type { Machine } from '#model/site';
import type { Controller } from '#reconcile';

const NODES = resourceOf<Node>('', 'v1', 'nodes');
const LABEL_PREFIX = 'node-role.kubernetes.io/';
const LABEL_OF = { master: `${LABEL_PREFIX}control-plane`, worker: `${LABEL_PREFIX}worker` } as const;
/** As the provisioner `holdfast.dev/node-local` reads it. */
const VOLUME_FOLDER = 'holdfast.dev/volume-folder';

export interface MachineNodesOptions {
  readonly client: Client;
  readonly machines: readonly Machine[];
  volumeFolder(machine: Machine): string;
}

export function machineNodesController(of: MachineNodesOptions): Controller {
  const nodes = of.client.cache(NODES);
  return {
    name: 'machine-nodes',
    watches: [{ cache: nodes, keys: ({ object }) => [object.metadata?.name ?? ''] }],
    reconcile: async (name) => {
      const machine = of.machines.find((one) => one.name === name);
      const node = nodes.get({ name });
      if (!machine || !node) return;
      const label = LABEL_OF[machine.role];
      const folder = of.volumeFolder(machine);
      const { labels = {}, annotations = {} } = node.metadata ?? {};
      if (labels[label] !== undefined && annotations[VOLUME_FOLDER] === folder) return;
      const body = { metadata: { labels: { [label]: '' }, annotations: { [VOLUME_FOLDER]: folder } } };
      await of.client.patch(NODES, { name }, { type: 'merge', body });
    },
  };
}
