// Decides whom a node lets go that is short of disk: the pod whose end gives most back, the least protected first. A pod that holds
// next to nothing stays, however full the disk is: its end would help nobody, and what fills the disk may be none of its doing.
// Source: Kubernetes, "Node-pressure Eviction": pods by priority and usage; critical pods stay.
import { EVICTION_DISK_SHARE_MIN } from '../limits.ts';

export interface EvictionCandidate {
  readonly uid: string;
  readonly priority: number;
  /** 0 BestEffort, 1 Burstable, 2 Guaranteed. */
  readonly rank: number;
  /** Bytes of the node's disk in its containers' layers, its logs and its volumes on the node. */
  readonly diskBytes: number;
}

const CRITICAL_PRIORITY = 2_000_000_000;

/** Undefined when nobody's end would help. */
export function planEviction(
  candidates: readonly EvictionCandidate[],
  diskTotalBytes: number,
): EvictionCandidate | undefined {
  return candidates
    .filter(
      ({ priority, diskBytes }) =>
        priority < CRITICAL_PRIORITY && diskBytes >= diskTotalBytes * EVICTION_DISK_SHARE_MIN,
    )
    .toSorted((a, b) => a.priority - b.priority || a.rank - b.rank || b.diskBytes - a.diskBytes)[0];
}
