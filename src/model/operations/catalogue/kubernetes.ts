// Operations on the Kubernetes API and on what runs in the cluster.
import type { Operation } from '../operation.ts';
import { locally } from '../ruling.ts';
import { everywhere, hubOwned, notYet } from '../rulings.ts';

export const KUBERNETES_OPERATIONS: readonly Operation[] = [
  {
    name: 'kubectl',
    title: "read and change the site's own objects with kubectl and clients",
    area: 'kubernetes',
    doors: ['kubernetes'],
    rows: ['device: Kubernetes, kubectl', 'aks: status by kubectl'],
    said: 'kubectl with a kubeconfig of the cluster works without the cloud, and is the way to see its status',
    verdicts: everywhere(locally('API server and store stand on the site')),
  },
  {
    name: 'change-hub-objects',
    title: "change objects of the hub's desired state",
    area: 'kubernetes',
    doors: ['kubernetes'],
    rows: [],
    said: '',
    verdicts: hubOwned({
      what: 'the objects of the desired state',
      connected: 'the change is taken, shown as drift, and put right by the next pass of the desired state',
    }),
  },
  {
    name: 'workloads-run',
    title: 'pods run, restart and are scheduled',
    area: 'kubernetes',
    doors: ['kubernetes'],
    rows: [],
    said: '',
    verdicts: everywhere(locally('scheduler, controllers and node agents stand on the site')),
  },
  {
    name: 'volumes',
    title: 'volumes of the class ase-node-local',
    area: 'kubernetes',
    doors: ['kubernetes'],
    rows: [],
    said: '',
    verdicts: everywhere(locally('volumes are folders of the node')),
  },
  {
    name: 'gpu',
    title: 'GPUs for pods',
    area: 'kubernetes',
    doors: ['kubernetes'],
    rows: ['appliance: GPUs'],
    said: 'clusters under disconnected operations cannot have GPUs',
    verdicts: notYet({ lacks: 'GPU support', meant: 'works locally, by device plug-ins on the node' }),
  },
  {
    name: 'policy',
    title: 'policies on what may run in the cluster',
    area: 'kubernetes',
    doors: ['kubernetes', 'hub'],
    rows: ['arc: policy', 'appliance: policy'],
    said: 'policies come from the cloud while it can be reached; under disconnected operations a fixed set is there, without compliance views',
    verdicts: notYet({
      lacks: 'policy engine of its own',
      meant: 'works locally, enforced by admission on the site; a change by the hub is queued while the link is away',
    }),
  },
  {
    name: 'extensions',
    title: 'cluster extensions managed from the hub',
    area: 'kubernetes',
    doors: ['hub'],
    rows: ['arc: extensions', 'appliance: extensions on clusters'],
    said: 'extensions are installed and updated while agents reach the cloud; under disconnected operations clusters have none',
    verdicts: notYet({
      lacks: 'extensions',
      meant: 'what is installed works locally; changes by the hub are queued while the link is away',
      instead: 'apply the manifests with kubectl, or put them into the desired state',
    }),
  },
];
