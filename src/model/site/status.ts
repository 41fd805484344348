// The shape of `status --json`; what people and programs outside rely on.
import type { ConnectivityMode, Plane } from './connectivity.ts';
import type { SiteForecast } from './forecast.ts';

export type SitePhase = 'Starting' | 'Ready' | 'Degraded' | 'Stopped';

export interface SiteCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** RFC 3339. */
  readonly since: string;
}

export interface ProcessStatus {
  readonly name: string;
  readonly node: string;
  readonly pid: number;
  readonly rssBytes: number;
  readonly pssBytes: number;
  readonly restarts: number;
  readonly startedAt: string;
}

export interface MachineStatus {
  readonly name: string;
  readonly node: string;
  readonly cluster: string;
  readonly role: 'master' | 'worker';
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly state: 'Running' | 'Stopped' | 'Starting' | 'NotReady';
  readonly pinned: boolean;
}

export interface ClusterStatus {
  readonly name: string;
  readonly kubernetesVersion: string;
  readonly endpoint: string;
  readonly kubeconfig: string;
  readonly ready: boolean;
}

export interface SiteStatus {
  readonly site: string;
  readonly version: string;
  readonly phase: SitePhase;
  readonly runtime: 'containerd' | 'simulated';
  readonly plane: Plane;
  readonly connectivity: {
    readonly mode: ConnectivityMode;
    readonly since: string;
    readonly lastContact: string | null;
    readonly graceDaysLeft: number | null;
  };
  readonly nodes: readonly { name: string; address: string; ready: boolean; holdsControl: boolean }[];
  /** Who has a vote, of two nodes and their witness. */
  readonly votes?: readonly { name: string; up: boolean }[];
  /** Of two nodes, once whoever controls has worked it out. */
  readonly forecast?: SiteForecast;
  readonly machines: readonly MachineStatus[];
  readonly clusters: readonly ClusterStatus[];
  readonly endpoints: Readonly<Record<string, string>>;
  readonly processes: readonly ProcessStatus[];
  readonly conditions: readonly SiteCondition[];
}
