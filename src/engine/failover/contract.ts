// What failover is told and what it answers. All times are milliseconds of this node's boot time: no wall clock decides anything.

/** A lease that is ours, counted from the sending of the renewal that was last acknowledged. */
export interface OwnLease {
  readonly sentMs: number;
  readonly ttlMs: number;
}

/** That a node is to be kept from what it could still write to: written by who controls, carried out by every other voter. */
export interface Fence {
  readonly node: string;
  /** Differs between two fences of one node. */
  readonly epoch: number;
  /** Voters that refuse the node's traffic, and go on refusing it after a restart of theirs. */
  readonly acks: readonly string[];
  /** Its power is known to be off. */
  readonly off: boolean;
}

/** The site as a linearizable read showed it. */
export interface SiteSeen {
  /** When that read was sent. */
  readonly sentMs: number;
  /** Who holds the leadership. */
  readonly controller?: string;
  /** Nodes whose node lease lives. */
  readonly present: readonly string[];
  readonly fences: readonly Fence[];
  /** Nodes that gave their lease back in order, with nothing of theirs left running, to come back soon. */
  readonly away?: readonly string[];
  /** Who gave the leadership back in order when its API had stopped, and has not asked for it since. */
  readonly resigned?: readonly string[];
}

export interface FailoverView {
  readonly self: string;
  /** Members of etcd that vote, this one and a witness among them. */
  readonly voters: readonly string[];
  /** Voters that run pods. */
  readonly nodes: readonly string[];
  readonly leases: { readonly control?: OwnLease; readonly node?: OwnLease };
  /** The last read that was answered; kept while none is. */
  readonly seen?: SiteSeen;
  readonly health: {
    /** When the control plane of this node last proved that it makes progress. */
    readonly progressMs?: number;
    /** Its API listens. */
    readonly serving: boolean;
    /** Nothing of an earlier life of this node runs: no pod, no client of a volume. */
    readonly clean: boolean;
    /** Since when nothing comes over the wire between the nodes; absent: it carries. */
    readonly wireCutMs?: number;
    /** It could lead: its log is followed to the end, its disk takes writes, its watchdog is armed. */
    readonly fit: boolean;
  };
  /** Nodes that said, of the fence with this epoch, that nothing of the life that it ended runs there any more. */
  readonly returning: Readonly<Record<string, number>>;
  /** Control is to go to the other node now. */
  readonly handOver?: boolean;
}

/** `out`: nothing of the site may run here. `holding`: its lease is over, and nobody can take its place. */
export type NodePhase = 'out' | 'member' | 'holding' | 'killing';
export type ControlPhase = 'following' | 'taking' | 'controlling' | 'stopping';

/** `returning`: it has come back, and waits to be let in. */
export type PeerPhase = 'present' | 'awaited' | 'lost' | 'fencing' | 'fenced' | 'returning';

export interface FailoverState {
  readonly node: NodePhase;
  readonly control: ControlPhase;
  /** Since when the control phase is what it is. */
  readonly sinceMs: number;
  /** When the leadership last became ours. */
  readonly takenMs: number;
  /** Since when nobody else was seen to hold it, without a gap in what was seen; when the last look was sent; whether that showed the word of
   * everybody else that it has resigned. */
  readonly quiet: { readonly sinceMs: number; readonly seenMs: number; readonly said?: boolean };
  /** Who else was last seen to hold it. */
  readonly formerController?: string;
  /** When control was last given up while the leadership was held: for want of progress, or to hand it over. */
  readonly restsFromMs?: number;
  /** Control was given up to hand it over, and was not taken since. */
  readonly handsOver?: boolean;
  /** The last fence of each node whose lifting was ordered: it counts for nothing any more, whatever was last seen. */
  readonly lifted: Readonly<Record<string, { readonly epoch: number; readonly atMs: number }>>;
  /** How the other nodes stand, while this one leads. */
  readonly peers: Readonly<Record<string, PeerPhase>>;
  /** Since when each other node is seen without its lease, while this one leads. */
  readonly absent: Readonly<Record<string, number>>;
  /** When each other node was lost, newest last. */
  readonly losses: Readonly<Record<string, readonly number[]>>;
}

/** What must be so now; whoever carries it out compares it with what is, again and again. */
export interface FailoverOrders {
  /** Ask for the node lease, or go on renewing it. */
  readonly renewNode: boolean;
  /** Go on renewing the leadership. */
  readonly renewControl: boolean;
  /** Ask for the leadership. */
  readonly campaign: boolean;
  /** Hand the leadership back now instead of letting it end. */
  readonly resign: boolean;
  /** Its API is known to have stopped: whoever leads next need not wait for it. */
  readonly inOrder: boolean;
  /** Until when the API may serve without another order; absent: it must not. */
  readonly serveUntilMs?: number;
  /** Until when pods may run without another order: a time, `unbounded` while holding, absent: they are killed. */
  readonly podsUntilMs?: number | 'unbounded';
  /** Nodes whose volume, etcd and address traffic is refused here. */
  readonly refuse: readonly string[];
  /** Nodes for which a fence is to be written. */
  readonly fence: readonly string[];
  /** Nodes whose power is to be cut. */
  readonly cutPower: readonly string[];
  /** Nodes that cannot write any more: their pods may start elsewhere. */
  readonly lost: readonly string[];
  /** Nodes whose fence is to be lifted. */
  readonly lift: readonly string[];
}

export interface FailoverChange {
  /** `node`, `control`, or another node's name. */
  readonly what: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

export interface FailoverStep {
  readonly state: FailoverState;
  readonly orders: FailoverOrders;
  /** What to tell: event, log, timeline. */
  readonly changes: readonly FailoverChange[];
}
