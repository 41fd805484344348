// What shared files need of the node that they are on, and what they tell.
import type { Clock } from '#platform/clock';
import type { EtcdOptions } from '#platform/etcd';
import type { Log } from '#platform/log';
import type { SealKeys } from '#platform/seal';
import type { Leadership } from './shelf.ts';

export interface SharedFilesOptions {
  /** This node's name, and the other's. */
  readonly self: string;
  readonly other: string;
  /** The node's data folder. */
  readonly data: string;
  /** The member on this node first. */
  readonly etcd: EtcdOptions;
  /** The site's keys, asked with each use. */
  keys(): SealKeys;
  /** Those that the nodes have in common with the witness alone. */
  witnessKeys(): SealKeys;
  readonly clock: Clock;
  readonly log: Log;
}

export interface SharedFilesState {
  readonly role: 'following' | 'taking over' | 'publishing';
  /** The newest publication that is known here; 0 before the first. */
  readonly published: number;
  /** Up to which one the other node has taken everything over; undefined before it ever has. */
  readonly seen: number | undefined;
  /** The same of the witness, for its own files. */
  readonly witness: { readonly published: number; readonly seen: number | undefined; readonly inStep: boolean };
  /** On the node that controls: everything here is published, and the other has it. On the other: it has what is published. */
  readonly inStep: boolean;
  /** As `inStep`, and also while what was changed last has been under way for a few seconds only: a site that changes a file now and then
   * is not in doubt each time. */
  readonly keepsUp: boolean;
  /** Numbers of the keys that have sealed what stands in etcd. */
  readonly sealedBy: readonly number[];
  /** Why nothing goes on now. */
  readonly problem?: string;
}

export interface SharedFiles {
  /** Each time that control begins here. Resolves once everything that is there was taken over, and publishing begins;
   * WorldError `Unavailable` when control ended before. */
  lead(leadership: Leadership): Promise<void>;
  /** When control ends. Cheap when it is so already. */
  follow(): void;
  /** Resolves when everything that was changed here before is published. WorldError `Unavailable`: this node does not control. */
  publish(): Promise<void>;
  state(): SharedFilesState;
  close(): Promise<void>;
}
