// A rolling restart of a site's voters as it is written down: what is left of it, and where it stands. Whoever controls goes on with it.

/** What is done with the first of the voters that are left. */
export type NodeRestartStep = 'drain' | 'hand-over' | 'restart' | 'return';

export interface NodeRestart {
  readonly id: string;
  /** Voters that are left, the one that it is at first. */
  readonly left: readonly string[];
  /** Voters that were restarted. */
  readonly done: readonly string[];
  readonly step: NodeRestartStep;
  /** How long pods of a node may take to go. */
  readonly drainMs: number;
  /** What it waits for, for people. */
  readonly waitsFor?: string;
  readonly ended?: { readonly how: 'done' | 'stopped'; readonly reason: string };
}

/** Annotation of a Node: its node was away, and pods are to be moved back to it. */
export const REBALANCE_OWED = 'holdfast.dev/rebalance-owed';
