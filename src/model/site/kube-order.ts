// What kube of a pair is told by its node's holdfastd, ten times a second or so, and what it answers. Times are milliseconds of boot time.
import type { PairForecast } from './forecast.ts';

export type KubeOrder =
  /** Nothing changes; it says how it is. */
  | { readonly kind: 'look' }
  | { readonly kind: 'stop' }
  | {
      readonly kind: 'serve';
      readonly untilMs: number;
      /** The key of the leadership, and what it holds while it is this node's. */
      readonly leadership: { readonly key: string; readonly value: string };
      /** Nodes that are lost, and cannot write any more: their pods may start elsewhere. */
      readonly lost: readonly string[];
    };

export interface KubeSaid {
  readonly serving: boolean;
  /** The log is followed to its end. */
  readonly followed: boolean;
  /** When a majority of etcd last vouched that the log is this process's to write. */
  readonly progressMs?: number;
  /** Until when it was told to serve. */
  readonly untilMs?: number;
  /** While it serves: what the loss of each node would cost. */
  readonly forecast?: PairForecast;
}
