// What failover needs of the node that it runs on.
import type { FailoverChange, FailoverView } from '#engine/failover';

/** Carries orders out. Each is given again and again while it holds, and must be cheap when it is so already. */
export interface FailoverHands {
  /** What is known of this node; asked before each step. */
  health(): FailoverView['health'];
  /** The API may serve until then, of boot time; undefined: not at all. Whoever serves ends by itself. */
  serve(untilMs: number | undefined): void;
  /** Pods may run until then; undefined: they are killed, and whatever of them could still write. */
  pods(untilMs: number | 'unbounded' | undefined): void;
  /** Refuses the volume, etcd and address traffic of these nodes, and of no others, also after a restart. Resolves when it is so. */
  refuse(nodes: readonly string[]): Promise<void>;
  /** Nothing of these nodes is taken any more: their pods may start elsewhere. */
  lost(nodes: readonly string[]): void;
  /** Cuts a node's power; true when it is known to be off. */
  cutPower(node: string): Promise<boolean>;
  /** Whether a node answers that it is out of the site, and that nothing of its old life runs there. */
  isOut(node: string): Promise<boolean>;
  /** For events, log and timeline. */
  told(change: FailoverChange): void;
}
