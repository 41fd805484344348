// What a rolling restart needs of the voter that it runs on.
import type { NodeRestart } from '#model/site';
import type { Clock } from '#platform/clock';
import type { EtcdOptions } from '#platform/etcd';
import type { Log } from '#platform/log';

/** Asks the site's API. */
export type Ask = (
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  body?: unknown,
) => Promise<{ status: number; body: unknown }>;

export interface SiteSeenByRolling {
  readonly wanting: readonly string[];
  readonly otherIsFit: boolean;
  readonly restartedFor?: string;
  /** What the voter is to run, runs. */
  readonly runs: boolean;
}

export interface RollingOptions {
  readonly self: string;
  readonly etcd: EtcdOptions;
  /** What this life's leadership holds in etcd while this voter controls; undefined while it does not. */
  leadership(): { readonly key: string; readonly value: string } | undefined;
  /** How the site and this voter are seen from here. */
  look(voter: string): SiteSeenByRolling;
  /** The machine on which a node's pods run; undefined for a voter that runs none. */
  workerOf(voter: string): string | undefined;
  readonly ask: Ask;
  handOver(): void;
  /** For which restart this voter was restarted last. */
  restartedFor(): string | undefined;
  /** Ends this voter's processes in order, and itself; somebody starts it again. May fail before it began to end anything. */
  restart(id: string): Promise<void>;
  told(event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }): void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Rolling {
  /** As it was last written down. Errors: WorldError `Unavailable`. */
  state(): Promise<NodeRestart | undefined>;
  /** Errors: WorldError `Conflict` while another one goes on, `Unavailable` when this voter does not control. */
  begin(voters: readonly string[], drainMs: number): Promise<NodeRestart>;
  close(): void;
}
