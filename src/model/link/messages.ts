// What site and hub tell each other. The site always asks; times are RFC 3339.
import type { ConnectivityMode, Plane, SitePhase } from '#model/site';

/** Refusal of any request, with the HTTP status that fits. */
export interface LinkRefusal {
  readonly code:
    | 'Version' // 426: another protocol version
    | 'Token' // 401: unknown, used or expired activation token
    | 'Identity' // 401: no certificate of this hub, or not of this site
    | 'Expired' // 403: the identity ended; re-enrol
    | 'Pending' // 202: waits for an approval at the hub
    | 'Conflict' // 409: the name is taken by another site
    | 'Invalid' // 400
    | 'TooLarge' // 413
    | 'Gap' // 409: journal records are missing before these
    | 'Unavailable'; // 503: the hub cannot now
  readonly message: string;
  readonly cure?: string;
}

export interface EnrolRequest {
  readonly protocol: number;
  readonly token: string;
  /** PKCS#10, PEM, over the site's own key; its subject is ignored. */
  readonly csrPem: string;
  readonly site: { readonly id: string; readonly name: string; readonly version: string };
}

/** An identity: the leaf with its chain. CN is the site's id, O is "holdfast:sites"; it begins in 1970, so its age is counted
 * back from its end. */
export interface IdentityAnswer {
  readonly certPem: string;
  /** What to trust as this hub from now on. */
  readonly hubCaPem: string;
  readonly hubTime: string;
}

export interface RenewRequest {
  readonly protocol: number;
  readonly csrPem: string;
}

export interface ReenrolRequest {
  readonly protocol: number;
  readonly site: { readonly id: string; readonly name: string; readonly version: string };
  readonly csrPem: string;
  /** The certificate that ended: its key must be the key of the request. */
  readonly certPem: string;
}

/** How far each stream of the journal is delivered is told by the hub, so that a site restored from a backup learns it too. */
export type JournalPositions = Readonly<Record<string, number>>;

export interface HeartbeatRequest {
  readonly protocol: number;
  /** The site's time. */
  readonly at: string;
  readonly version: string;
  readonly plane: Plane;
  readonly mode: ConnectivityMode;
  readonly phase: SitePhase;
  /** Revision of the desired state that was applied whole; 0 for none. */
  readonly applied: number;
  /** Objects that differ from the desired state. */
  readonly drifted: number;
  readonly nodesReady: number;
  readonly nodes: number;
  readonly pods: number;
  /** Types of the conditions that are False, at most 8. */
  readonly troubles: readonly string[];
}

export interface HeartbeatAnswer {
  readonly hubTime: string;
  /** Newest revision of the site's desired state; 0 for none. */
  readonly desired: number;
  readonly journal: JournalPositions;
  /** What the hub asks for once, by id; the site answers in its journal. */
  readonly requests?: readonly { readonly id: string; readonly kind: 'support-log' }[];
}

export interface DesiredState {
  readonly revision: number;
  /** Where it came from, for people: "git 3f2a91c" or "folder". */
  readonly source: string;
  /** Kubernetes objects, whole, in the order in which they are applied. */
  readonly manifests: readonly DesiredObject[];
  /** Site settings by name; see `model/site/settings`. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The choices of the hub's operator where both sides differ, by object. */
  readonly resolutions: readonly Resolution[];
}

export interface DesiredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** "apps/v1/Deployment/shop/web"; without a namespace the part is empty: "v1/Namespace//shop". */
export type ObjectReference = string;

export interface Resolution {
  readonly object: ObjectReference;
  /** hub: the desired state wins · local: what the site has stays, and is told as accepted. */
  readonly keep: 'hub' | 'local';
  /** The revision with which it was chosen; hubs of earlier releases do not say. */
  readonly revision?: number;
}

export interface ReportedObject {
  readonly object: ObjectReference;
  /** differs: changed here under the local plane; waits for the hub's operator to choose. */
  readonly state: 'applied' | 'drifted' | 'differs' | 'failed' | 'pruned' | 'kept-local';
  /** Paths of fields that differ, or why it failed; at most 512 characters. */
  readonly message?: string;
}

export interface DesiredReport {
  readonly protocol: number;
  readonly revision: number;
  readonly complete: boolean;
  /** Everything that is not simply `applied`, at most 500; `more` says how many were left out. */
  readonly objects: readonly ReportedObject[];
  readonly more: number;
  readonly counts: Readonly<Record<string, number>>;
}

export type JournalKind = 'telemetry' | 'event' | 'usage' | 'audit';

export interface JournalRecord {
  /** Counts up from 1 in its stream, without gaps; records that were dropped for room are told by one of kind `dropped`. */
  readonly sequence: number;
  readonly at: string;
  /** `dropped` stands for everything from `body.from` up to its own sequence number; `coveredFrom` reads it. */
  readonly kind: JournalKind | 'dropped';
  readonly body: Readonly<Record<string, unknown>>;
}

export interface JournalDelivery {
  readonly protocol: number;
  /** The stream: name of the process that wrote it, and the life of its log: "kube/5f3c". */
  readonly stream: string;
  readonly records: readonly JournalRecord[];
}

export interface JournalAnswer {
  /** Everything up to this is kept at the hub, and comes again without harm. */
  readonly acknowledged: number;
}
