// The catalogue as a whole, area by area.
import { ACCESS_OPERATIONS } from './catalogue/access.ts';
import { CERTIFICATE_OPERATIONS } from './catalogue/certificates.ts';
import { CLUSTER_OPERATIONS } from './catalogue/clusters.ts';
import { EDGE_OPERATIONS } from './catalogue/edge-services.ts';
import { IMAGE_OPERATIONS } from './catalogue/images.ts';
import { KUBERNETES_OPERATIONS } from './catalogue/kubernetes.ts';
import { LINK_OPERATIONS } from './catalogue/link.ts';
import { NETWORK_OPERATIONS } from './catalogue/network.ts';
import { OBSERVABILITY_OPERATIONS } from './catalogue/observability.ts';
import { PLANE_OPERATIONS } from './catalogue/planes.ts';
import { SITE_OPERATIONS } from './catalogue/site.ts';
import { STORAGE_OPERATIONS } from './catalogue/storage.ts';
import { UPKEEP_OPERATIONS } from './catalogue/upkeep.ts';
import { VIRTUAL_MACHINE_OPERATIONS } from './catalogue/virtual-machines.ts';
import type { Operation } from './operation.ts';

export const OPERATIONS: readonly Operation[] = [
  ...SITE_OPERATIONS,
  ...KUBERNETES_OPERATIONS,
  ...ACCESS_OPERATIONS,
  ...IMAGE_OPERATIONS,
  ...NETWORK_OPERATIONS,
  ...OBSERVABILITY_OPERATIONS,
  ...LINK_OPERATIONS,
  ...PLANE_OPERATIONS,
  ...CERTIFICATE_OPERATIONS,
  ...CLUSTER_OPERATIONS,
  ...STORAGE_OPERATIONS,
  ...VIRTUAL_MACHINE_OPERATIONS,
  ...EDGE_OPERATIONS,
  ...UPKEEP_OPERATIONS,
];
