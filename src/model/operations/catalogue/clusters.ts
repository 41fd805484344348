// Operations on whole clusters. The source documents refuse them without the cloud, because their control plane is there.
import type { Operation } from '../operation.ts';
import { notYet } from '../rulings.ts';

const owned =
  'works on the hub plane while connected, works locally on the local plane, refused on the hub plane without a link';

export const CLUSTER_OPERATIONS: readonly Operation[] = [
  {
    name: 'cluster-lifecycle',
    title: 'create, update, upgrade and delete clusters',
    area: 'clusters',
    doors: ['command-line', 'arm', 'hub'],
    rows: [
      'aks: create, update, upgrade, delete clusters',
      'appliance: create a cluster',
      'appliance: delete a cluster',
    ],
    said: 'none of it works without the cloud, which drives it, and there is no workaround; a local control plane can do it',
    verdicts: notYet({
      lacks: "clusters beside the site's own",
      meant: owned,
      instead: 'namespaces of the cluster "device" part its users',
    }),
  },
  {
    name: 'node-pool-scale',
    title: 'scale a node pool by hand',
    area: 'clusters',
    doors: ['command-line', 'arm'],
    rows: ['aks: manual scale', 'appliance: scale node pools'],
    said: 'a pool cannot be scaled by hand without the cloud; a local control plane does it by its command line',
    verdicts: notYet({
      lacks: 'node pools',
      meant: owned,
      instead: 'give the worker more: holdfast up --worker-cpu N --worker-memory N',
    }),
  },
  {
    name: 'node-pool-add',
    title: 'add node pools',
    area: 'clusters',
    doors: ['command-line', 'arm'],
    rows: ['aks: new node pools'],
    said: 'a pool cannot be added without the cloud',
    verdicts: notYet({ lacks: 'node pools', meant: owned }),
  },
  {
    name: 'autoscaler',
    title: 'node pools that grow and shrink with their load',
    area: 'clusters',
    doors: ['kubernetes'],
    rows: ['aks: autoscaler'],
    said: 'it goes on without the cloud when it was enabled as the cluster was created',
    verdicts: notYet({
      lacks: 'autoscaler of node pools',
      meant: 'works locally, whenever it was enabled',
      instead: 'give the worker more: holdfast up --worker-cpu N --worker-memory N',
    }),
  },
  {
    name: 'cluster-backup',
    title: 'back a cluster up and restore it',
    area: 'clusters',
    doors: ['command-line'],
    rows: ['appliance: backup and restore'],
    said: 'the control plane is backed up by hand to a share, and restored into a fresh environment of the same version',
    verdicts: notYet({
      lacks: 'backup of a cluster',
      meant: 'works locally, onto the same machine or new hardware',
      instead: 'stop the site and copy its data folder',
    }),
  },
];
