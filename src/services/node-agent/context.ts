// What every part of the agent works with: the doors to the world and the agent's own lasting objects.
import { resourceOf } from '#client';
import type {
  ConfigMap,
  Lease,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
} from '#model/kube';
import type { Cgroups } from '#platform/cgroup';
import type { Cri } from '#platform/cri';
import type { HostFacts } from '#platform/host-facts';
import type { Mounts } from '#platform/mount';
import type { Prober } from '#platform/probe';
import type { EventNote } from '#reconcile';
import type { Images } from './images/images.ts';
import type { NodeAgentOptions } from './options.ts';
import type { Paths } from './paths.ts';
import type { Runtime } from './runtime.ts';
import type { References } from './source/references.ts';
import type { SteadyTime } from './steady-time.ts';

export interface AgentContext {
  readonly options: NodeAgentOptions;
  readonly cri: Cri;
  readonly runtime: Runtime;
  readonly cgroups: Cgroups;
  readonly mounts: Mounts;
  readonly prober: Prober;
  readonly host: HostFacts;
  readonly paths: Paths;
  readonly references: References;
  readonly images: Images;
  readonly runtimeName: string;
  readonly time: SteadyTime;
  /** Services of the cluster, for variables; empty until the API has been reached. */
  services(): readonly Service[];
  /** Limits of the node, which stand in for those that a container does not set. */
  readonly allocatable: Readonly<Record<string, string>>;
  recordEvent(pod: Pod, note: EventNote): void;
}

export const PODS = resourceOf<Pod>('', 'v1', 'pods');
export const NODES = resourceOf<Node>('', 'v1', 'nodes');
export const SERVICES = resourceOf<Service>('', 'v1', 'services');
export const LEASES = resourceOf<Lease>('coordination.k8s.io', 'v1', 'leases');
export const REFERENCED = {
  configMap: resourceOf<ConfigMap>('', 'v1', 'configmaps'),
  secret: resourceOf<Secret>('', 'v1', 'secrets'),
  claim: resourceOf<PersistentVolumeClaim>('', 'v1', 'persistentvolumeclaims'),
  volume: resourceOf<PersistentVolume>('', 'v1', 'persistentvolumes'),
};
