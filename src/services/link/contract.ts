// What the link is given of the rest of a site, and what it offers.

import type { DesiredReport, DesiredState, HeartbeatRequest, JournalDelivery, JournalPositions } from '#model/link';
import type { LinkNotice, LinkStatus, Plane } from '#model/site';
import type { TunnelConnection } from '#platform/tunnel';

/** What of the site a heartbeat tells, beside what the link itself knows. */
export type SiteSummary = Pick<HeartbeatRequest, 'phase' | 'nodesReady' | 'nodes' | 'pods' | 'troubles'>;

/** Where records of the journal come from, in order. */
export interface JournalSource {
  next(): Promise<JournalDelivery | undefined>;
  /** Everything of the stream up to this is kept at the hub. */
  acknowledged(stream: string, sequence: number): void;
  /** How far each stream is at the hub, as a heartbeat's answer tells. */
  positions(told: JournalPositions): void;
  /** The hub lacks what comes before the last delivery of the stream. */
  gap(stream: string): void;
}

/** What a hub asks a site for, once; the answer goes into the journal. */
export interface HubWish {
  readonly id: string;
  readonly kind: string;
}

export interface DesiredApplier {
  /** Revision that was applied whole; 0 for none. */
  applied(): number;
  /** Objects that differ from it. */
  drifted(): number;
  /** Whether a revision that the hub has is worth fetching. */
  isNew(revision: number): boolean;
  apply(desired: DesiredState): Promise<DesiredReport>;
  /** The last report when the hub was not told it, or one that says the same. */
  untold(): DesiredReport | undefined;
  told(report: DesiredReport): void;
}

export interface LinkEvents {
  add(event: {
    readonly type: 'Normal' | 'Warning';
    readonly subject: string;
    readonly reason: string;
    readonly message: string;
  }): void;
}

export interface LinkParts {
  summary(): Promise<SiteSummary>;
  /** The hub vouches for a time, which came over a way there and back of `roundTripMs`. */
  clockSample?(hubTimeMs: number, roundTripMs: number): Promise<void>;
  /** Whether the site's time rests on something; absent: it is not known to. */
  isClockSure?(): boolean;
  readonly journal?: JournalSource;
  readonly desired?: DesiredApplier;
  /** Takes up what the hub asks for. */
  asked?(wishes: readonly HubWish[]): Promise<void>;
  /** Takes a connection that the hub opens to the site's Kubernetes API. */
  connectCluster?(connection: TunnelConnection): void;
  /** Milliseconds between heartbeats; absent: a minute. */
  beatEveryMs?(): number;
  /** Keeps what stands against the link where `status` finds it. */
  notice(notice: LinkNotice): void;
}

export interface Activation {
  readonly hub: string;
  readonly token: string;
  readonly plane: Plane;
  readonly proxy?: string;
}

export interface Link {
  status(): LinkStatus;
  /** Errors: WorldError `Conflict` (activated already; the name is taken), `Invalid`, `Unavailable`, `Denied`, `Unsupported`. */
  activate(by: Activation): Promise<LinkStatus>;
  /** Errors: WorldError `Conflict` when there is no hub. */
  deactivate(): LinkStatus;
  cut(): LinkStatus;
  restore(): LinkStatus;
  /** The settings that the link goes by have changed: where the site stands is looked at, and the hub hears a heartbeat. */
  settingsChanged(): void;
  stop(): Promise<void>;
}
