// What a hub shows of itself, of its sites and of its users; what people and programs outside rely on.
import type { HeartbeatRequest, JournalKind, ObjectReference, ReportedObject, Resolution } from '#model/link';
import type { HubSiteStatus } from './site-status.ts';

export interface HubStatus {
  readonly phase: 'Running' | 'Stopped';
  readonly version: string;
  readonly url: string;
  readonly pid: number | null;
  readonly startedAt: string | null;
  /** Sites by status; empty when it is stopped. */
  readonly sites: Readonly<Partial<Record<HubSiteStatus, number>>>;
  /** Sites whose cluster can be reached through the hub now. */
  readonly tunnels: number;
}

/** A row of `hub sites --json`. */
export interface ListedHubSite {
  readonly name: string;
  readonly status: HubSiteStatus;
  readonly lastContact: string | null;
  readonly version: string;
  readonly desiredRevision: number;
  readonly appliedRevision: number;
  /** Its identity ended, and it has asked to come back. */
  readonly waitsForApproval?: true;
}

export interface DesiredSource {
  readonly kind: 'folder' | 'git';
  /** Absolute path, or URL of a repository. */
  readonly location: string;
  /** Of a repository; absent: the one it names as its own. */
  readonly branch?: string;
  /** Folder inside a repository. */
  readonly path?: string;
}

/** `hub site SITE --json`. */
export interface HubSiteDetails extends ListedHubSite {
  readonly id: string;
  readonly createdAt: string;
  readonly identityEndsAt: string;
  readonly cluster: 'reachable' | 'away';
  /** What its last heartbeat said. */
  readonly heartbeat: Omit<HeartbeatRequest, 'protocol' | 'at'> | null;
  readonly desired: {
    readonly source: DesiredSource | null;
    readonly objects: number;
    readonly readAt: string | null;
    /** Why what stands in the source now is not in force. */
    readonly problem: string | null;
  };
  readonly report: {
    readonly revision: number;
    readonly complete: boolean;
    readonly at: string;
    readonly counts: Readonly<Record<string, number>>;
    readonly objects: readonly ReportedObject[];
    readonly more: number;
  } | null;
  readonly resolutions: readonly Resolution[];
  readonly journal: {
    readonly bytes: number;
    readonly dropped: number;
    readonly streams: Readonly<Record<string, number>>;
  };
  readonly requests: readonly { readonly id: string; readonly kind: string; readonly askedAt: string }[];
}

export interface HubJournalRecord {
  /** Grows with every record that this hub has taken in. */
  readonly id: number;
  readonly stream: string;
  readonly sequence: number;
  readonly at: string;
  readonly kind: JournalKind | 'dropped';
  readonly body: Readonly<Record<string, unknown>>;
}

/** Somebody's way to a site through the hub. */
export interface HubUserAccess {
  readonly user: string;
  readonly site: string;
  readonly endsAt: string;
  readonly revoked: boolean;
}

export interface HubTokenAnswer {
  readonly url: string;
  readonly token: string;
  readonly expiresAt: string;
}

export type { ObjectReference };
