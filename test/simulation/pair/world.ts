// What everybody in a simulated pair shares, and what is told of it to those who watch.
import type { Random } from '#base';
import type { Quorum } from './etcd/quorum.ts';
import type { Machine } from './machine.ts';
import type { Network } from './network.ts';
import type { Timeline } from './timeline.ts';

export const NODES = ['node-a', 'node-b'] as const;
export const WITNESS = 'witness';
export const VOTERS = [...NODES, WITNESS];

/** What somebody asks of the API; `value` differs between all writes. */
export interface Request {
  readonly id: number;
  readonly kind: 'read' | 'write' | 'delete' | 'count';
  readonly key: string;
  readonly value: string;
}

/** What the API answers. `revision` of a read: that of the write that it shows. */
export type Answer =
  | { readonly kind: 'done'; readonly value?: string; readonly revision?: number }
  /** It was not carried out. */
  | { readonly kind: 'refused' }
  /** Nobody knows. */
  | { readonly kind: 'unknown' };

export type Observation =
  | { readonly kind: 'fault'; readonly text: string }
  | { readonly kind: 'mended' }
  | { readonly kind: 'told'; readonly node: string; readonly text: string }
  | { readonly kind: 'asked'; readonly request: Request }
  | { readonly kind: 'answered'; readonly request: Request; readonly by: string; readonly answer: Answer }
  | { readonly kind: 'listed'; readonly watcher: string; readonly revision: number }
  | { readonly kind: 'watched'; readonly watcher: string; readonly revision: number; readonly text: string }
  /** A pod's write was taken; `identity` was started for it by the placement of this revision. */
  | { readonly kind: 'wrote'; readonly identity: string; readonly node: string; readonly placement: number }
  | { readonly kind: 'started'; readonly identity: string; readonly node: string; readonly placement: number }
  /** The watchdog ended the pods of a node. */
  | { readonly kind: 'killed'; readonly node: string; readonly pods: number }
  | { readonly kind: 'restarted'; readonly node: string; readonly what: string }
  | { readonly kind: 'step' };

export interface World {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly network: Network;
  readonly quorum: Quorum;
  readonly machines: ReadonlyMap<string, Machine>;
  /** Whether power can be cut from outside. */
  readonly hasPowerControl: boolean;
  see(observation: Observation): void;
}

export const chance = (random: Random, of: number): boolean => random.next() < of;
/** A number in [from, to), most of them near `from`. */
export const spread = (random: Random, from: number, to: number): number => from * (to / from) ** random.next();
export const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)] as T;
