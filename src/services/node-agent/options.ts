// What a node agent is told by whoever starts it. Everything a second agent on the same machine must have apart is here.
import type { Client } from '#client';
import type { Taint } from '#model/kube';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { ServerTls } from '#platform/tls';
import type { SiteRegistry } from './images/registry-words.ts';

export interface NodeAgentOptions {
  readonly nodeName: string;
  /** The node's own address: InternalIP, and hostIP of its pods. */
  readonly address: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly tls: { readonly certPem: string; readonly keyPem: string };
  /** Who signs the clients that are let in: the API server. */
  readonly clientCaPem: string;
  readonly client: Client;
  /** Everything that the agent keeps: pods, volumes, logs, checkpoint. */
  readonly folder: string;
  readonly containerdSocket: string;
  /** The image of pods' first process, which is not removed however full the disk is. */
  readonly sandboxImage?: string;
  /** Starts the container runtime when it does not run; called before the first pod. */
  ensureRuntime?(): Promise<void>;
  /** An existing group, e.g. "/holdfast-ab12/worker"; pods go below `<cgroupRoot>/kubepods`. */
  readonly cgroupRoot: string;
  readonly capacity: {
    readonly cpuMillis: number;
    readonly memoryBytes: number;
    readonly pods: number;
    readonly ephemeralBytes: number;
  };
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  readonly staticPodFolder?: string;
  /** Where volumes of the provisioner `holdfast.dev/node-local` stand; without it none is removed here. */
  readonly volumeFolder?: string;
  /** Replicated volumes of a site of two nodes; without them pods that want one are refused. */
  readonly replicatedVolumes?: {
    /** Where they show, a folder each. */
    readonly folder: string;
    /** Whether they show and answer now. */
    answers(): Promise<boolean>;
  };
  readonly clusterDns: string;
  readonly clusterDomain: string;
  /** The node's own resolver; pods with dnsPolicy Default get it. Default /etc/resolv.conf. */
  readonly resolverFile?: string;
  /** Where images come from; asked why when a pull fails. */
  readonly registry?: SiteRegistry;
  readonly runtime: 'containerd' | 'simulated';
  /** "v1.36.0+holdfast.1". */
  readonly gitVersion?: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface NodeAgent {
  readonly ports: readonly number[];
  /** New connections see this certificate; clients of these authorities are let in from now on. */
  setCredentials(tls: ServerTls): void;
  /** Stops the agent; pods go on. */
  stop(): Promise<void>;
}
