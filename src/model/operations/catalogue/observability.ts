// Operations by which people see what a site does.
import type { Operation } from '../operation.ts';
import { locally, queued, withoutHub, works } from '../ruling.ts';
import { byLink, everywhere, notYet } from '../rulings.ts';

const records = (what: string, bound: string) =>
  byLink({
    never: queued(`${what} are kept here, ${bound}; they are delivered once the site has a hub`, 'read them here'),
    connected: works(`${what} are delivered to the hub in order, each once`),
    away: queued(`${what} are kept here, ${bound}, and delivered in order when the link is back`, 'read them here'),
  });

export const OBSERVABILITY_OPERATIONS: readonly Operation[] = [
  {
    name: 'site-observability',
    title: 'see the site and its cluster on the spot',
    area: 'observability',
    doors: ['command-line', 'kubernetes'],
    rows: ['aks: observability, local', 'appliance: monitoring'],
    said: 'monitoring of somebody else on the spot, such as Prometheus and Grafana, takes the place of the one in the cloud',
    verdicts: everywhere(
      locally('status, events, metrics of the API and monitoring that runs in the cluster need no link'),
    ),
  },
  {
    name: 'dashboard',
    title: 'the Kubernetes dashboard',
    area: 'observability',
    doors: ['portal'],
    rows: ['device: Kubernetes, local dashboard'],
    said: 'the dashboard on the compute network takes the place of the monitoring in the cloud',
    verdicts: notYet({
      lacks: 'dashboard',
      meant: 'works locally, as a part of the portal',
      instead: 'kubectl get and kubectl logs, holdfast status and holdfast events',
    }),
  },
  {
    name: 'site-events',
    title: 'what happened on the site',
    area: 'observability',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally('events are a file of the site')),
  },
  {
    name: 'log-collection',
    title: 'collect logs of processes and containers',
    area: 'observability',
    doors: ['command-line', 'kubernetes'],
    rows: ['aks: log collection', 'appliance: log collection'],
    said: 'logs can be collected without a connection; under disconnected operations into a share',
    verdicts: everywhere(locally('logs are files of the site, and kubectl logs asks its own node agents')),
  },
  {
    name: 'log-forwarding',
    title: 'forward logs to a syslog server',
    area: 'observability',
    doors: ['command-line'],
    rows: ['appliance: syslog'],
    said: 'the appliance forwards security logs to a syslog server on the local network',
    verdicts: notYet({
      lacks: 'forwarding of logs',
      meant: 'works locally, to a server on the local network',
      instead: 'read them with a collector on the node: holdfast logs NAME --follow',
    }),
  },
  {
    name: 'status-at-hub',
    title: 'see the site at its hub',
    area: 'observability',
    doors: ['hub'],
    rows: ['aks: status in the portal'],
    said: 'neither the portal nor its API shows the status of the cluster; kubectl does',
    verdicts: byLink({
      never: withoutHub,
      connected: works('every heartbeat brings a summary'),
      away: queued(
        'the hub shows what it heard last and since when it has heard nothing; the next summary comes with the link',
        'look at the site: holdfast status',
      ),
    }),
  },
  {
    name: 'telemetry',
    title: 'telemetry to the hub',
    area: 'observability',
    doors: ['link'],
    rows: ['device: Kubernetes, cloud monitoring', 'aks: observability, cloud'],
    said: 'monitoring in the cloud, and settings for it, cannot be used without a connection',
    verdicts: byLink({
      never: withoutHub,
      connected: works('measurements are delivered to the hub in order, each once'),
      away: queued(
        'measurements are kept here, the oldest dropped first when there is no room, and delivered in order when the link is back',
        'look at the site: holdfast status',
      ),
    }),
  },
  {
    name: 'usage-records',
    title: 'usage records to the hub',
    area: 'observability',
    doors: ['command-line', 'link'],
    rows: [],
    said: '',
    verdicts: records('usage records', 'summed to days when there is no room'),
  },
  {
    name: 'audit-records',
    title: 'audit records of local changes to the hub',
    area: 'observability',
    doors: ['link'],
    rows: [],
    said: '',
    verdicts: records('audit records', 'never dropped while there is disk'),
  },
];
