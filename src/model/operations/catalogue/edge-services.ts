// Services that the source documents run on a device: IoT Edge modules, data services, network functions, VPN.
import type { Operation } from '../operation.ts';
import { notYet } from '../rulings.ts';

export const EDGE_OPERATIONS: readonly Operation[] = [
  {
    name: 'edge-modules-run',
    title: 'IoT Edge modules run',
    area: 'edge services',
    doors: ['kubernetes'],
    rows: ['device: IoT Edge, modules running'],
    said: 'modules that are deployed go on',
    verdicts: notYet({
      lacks: 'IoT Edge runtime',
      meant: 'works locally',
      instead: 'run the modules as pods: kubectl apply',
    }),
  },
  {
    name: 'edge-modules-update',
    title: 'update the IoT Edge deployment manifest',
    area: 'edge services',
    doors: ['hub'],
    rows: ['device: IoT Edge, manifest'],
    said: 'the manifest cannot be updated while disconnected',
    verdicts: notYet({
      lacks: 'IoT Edge runtime',
      meant: 'works locally on the local plane; from the hub queued while the link is away',
      instead: 'change the pods: kubectl apply',
    }),
  },
  {
    name: 'data-services-run',
    title: 'Arc data services run',
    area: 'edge services',
    doors: ['kubernetes'],
    rows: ['device: Arc data services, running'],
    said: 'they run once their images are on the device',
    verdicts: notYet({
      lacks: 'Arc data services',
      meant: 'works locally',
      instead: 'run a database as a StatefulSet on a volume',
    }),
  },
  {
    name: 'data-services-images',
    title: 'new images of Arc data services',
    area: 'edge services',
    doors: ['registry'],
    rows: ['device: Arc data services, new images'],
    said: 'new images cannot be pulled from the cloud until the connection is back',
    verdicts: notYet({
      lacks: 'Arc data services',
      meant: 'works while outside registries can be reached; from an archive works locally',
      instead: 'bring any image as an archive: holdfast image import FILE',
    }),
  },
  {
    name: 'vnf-manage',
    title: 'register, deploy and manage network functions',
    area: 'edge services',
    doors: ['arm', 'hub'],
    rows: ['device: VNF, register, deploy, manage'],
    said: 'all of it needs a connection (said in a draft only)',
    verdicts: notYet({ lacks: 'network functions', meant: 'works locally' }),
  },
  {
    name: 'vnf-metrics',
    title: 'metrics of network functions',
    area: 'edge services',
    doors: ['link'],
    rows: ['device: VNF, metrics'],
    said: 'they are collected every 1 to 5 minutes over the connection (said in a draft only)',
    verdicts: notYet({
      lacks: 'network functions',
      meant: 'read here at any time; to the hub queued while the link is away',
    }),
  },
  {
    name: 'vnf-heartbeat',
    title: 'heartbeat of network functions',
    area: 'edge services',
    doors: ['link'],
    rows: ['device: VNF, heartbeat'],
    said: 'it goes to the cloud every 10 minutes over the connection (said in a draft only)',
    verdicts: notYet({ lacks: 'network functions', meant: "as the site's own heartbeat" }),
  },
  {
    name: 'vpn',
    title: 'a VPN for data in motion',
    area: 'edge services',
    doors: ['command-line', 'link'],
    rows: ['device: VPN'],
    said: 'its configuration stays intact; data moves through it when the connection is back',
    verdicts: notYet({
      lacks: 'VPN',
      meant: 'its configuration works locally; data moves whenever the other end can be reached',
      instead: 'a VPN of the node itself',
    }),
  },
];
