// Operations on the site's network.
import type { Operation } from '../operation.ts';
import { locally, works } from '../ruling.ts';
import { everywhere, notYet } from '../rulings.ts';

export const NETWORK_OPERATIONS: readonly Operation[] = [
  {
    name: 'load-balancers',
    title: 'Services of type LoadBalancer get and keep addresses',
    area: 'network',
    doors: ['kubernetes'],
    rows: ['aks: load balancers running'],
    said: 'load balancers that exist go on',
    verdicts: everywhere(works("addresses come from the site's own pool and are announced by its nodes; new ones too")),
  },
  {
    name: 'load-balancer-pools',
    title: 'choose the pool of load-balancer addresses',
    area: 'network',
    doors: ['command-line'],
    rows: ['aks: load-balancer pools'],
    said: 'pools cannot be added, removed or changed, since the extension is managed in the cloud; no workaround',
    verdicts: everywhere(
      locally(
        'the pool is chosen on the spot when the site is made: holdfast up --service-ips A-B',
        'another pool for a site that is there needs a new site in this version',
      ),
    ),
  },
  {
    name: 'cluster-names',
    title: 'names and services inside the cluster',
    area: 'network',
    doors: ['kubernetes'],
    rows: [],
    said: '',
    verdicts: everywhere(locally('DNS and service proxy run on every machine of the site')),
  },
  {
    name: 'logical-networks',
    title: 'logical networks for clusters and machines',
    area: 'network',
    doors: ['command-line', 'arm'],
    rows: ['appliance: logical networks'],
    said: 'they are made with the command line of the local control plane; its portal cannot',
    verdicts: notYet({
      lacks: 'logical networks',
      meant: 'works locally, on every plane',
      instead: 'every site has one switch, made by holdfast up',
    }),
  },
];
