// What a hub keeps in memory of each of its sites: as little as a heartbeat needs, because there may be a hundred thousand.
import type { HeartbeatRequest } from '#model/link';

/** Of a heartbeat, what is worth keeping. */
export type Heartbeat = Omit<HeartbeatRequest, 'protocol' | 'at'>;

/** A request for a new identity after the old one ended. */
export interface Waiting {
  /** Hex SHA-256 of the public key that asked. */
  readonly key: string;
  readonly askedMs: number;
  /** When the operator said yes. */
  readonly approvedMs?: number;
}

export interface LogRequest {
  readonly id: string;
  readonly kind: 'support-log';
  readonly askedMs: number;
}

export interface HubSite {
  /** Its number in the tables. */
  readonly ref: number;
  readonly id: string;
  name: string;
  /** Hex SHA-256 of its public key, as it last asked with. */
  key: string;
  readonly createdMs: number;
  /** End of the last identity that it was given. */
  identityEndMs: number;
  /** Identities that were given before this are not believed: the site was removed, and enrolled anew. */
  identitiesFromMs: number;
  removedMs: number | undefined;
  contactMs: number;
  /** Whether contact and heartbeat are on disk as they stand here. */
  isWritten: boolean;
  /** The contact that is on disk; 0 when a write of it failed. */
  writtenMs: number;
  /** As JSON; most sites have the same few. */
  heartbeat: string | undefined;
  waiting: Waiting | undefined;
  /** Newest revision of its desired state; 0: none. */
  desired: number;
  /** What the site has applied; 0: nothing. */
  applied: number;
  journalBytes: number;
  journalDropped: number;
  /** Streams that were delivered last, and how far; oldest first. */
  streams: Map<string, number> | undefined;
  requests: readonly LogRequest[];
}

export const heartbeatOf = (site: HubSite): Heartbeat | undefined =>
  site.heartbeat === undefined ? undefined : (JSON.parse(site.heartbeat) as Heartbeat);
