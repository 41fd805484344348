// What is told of the replicated volumes as one member sees them.

export interface BrickState {
  readonly member: string;
  /** This member reaches it. */
  readonly up: boolean;
}

export interface VolumesState {
  /** Volumes show on this node, and its client answers. */
  readonly mounted: boolean;
  /** In the order of members. */
  readonly bricks: readonly BrickState[];
  /** Entries that are still to be copied to a brick that was away. */
  readonly healing: number;
  /** Members after whose loss volumes take no writes, as things stand now; what lacks a majority is not read from either. */
  readonly readOnlyIfLost: readonly string[];
}

/** Something that an operator may want to know. */
export interface VolumesChange {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}
