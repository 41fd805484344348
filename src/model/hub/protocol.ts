// What a hub is asked and answers over its unix socket: one JSON line a request, JSON lines back, then the end.
import type { JournalKind, ObjectReference } from '#model/link';
import type {
  DesiredSource,
  HubJournalRecord,
  HubSiteDetails,
  HubStatus,
  HubTokenAnswer,
  HubUserAccess,
  ListedHubSite,
} from './shapes.ts';

/** Raised when a request or an answer changes its meaning; a hub refuses others. */
export const HUB_PROTOCOL_VERSION = 1;

/** `site` is a name, or an id. */
export type HubRequest = { readonly version: number } & (
  | { readonly verb: 'status' }
  | { readonly verb: 'token'; readonly site?: string; readonly hours: number }
  | { readonly verb: 'sites' }
  | { readonly verb: 'site'; readonly site: string }
  | { readonly verb: 'approve'; readonly site: string }
  | { readonly verb: 'remove'; readonly site: string }
  /** Without a source: reads the present one again. */
  | { readonly verb: 'desired'; readonly site: string; readonly source?: DesiredSource }
  | {
      readonly verb: 'resolve';
      readonly site: string;
      readonly object: ObjectReference;
      readonly keep: 'hub' | 'local';
    }
  | {
      readonly verb: 'journal';
      readonly site: string;
      readonly kind?: JournalKind;
      readonly after?: number;
      readonly limit: number;
    }
  | { readonly verb: 'kubeconfig'; readonly site: string; readonly user: string; readonly days: number }
  | { readonly verb: 'users' }
  | { readonly verb: 'revoke'; readonly user: string; readonly site?: string }
  | { readonly verb: 'request-log'; readonly site: string }
);

export type HubAnswer =
  | { readonly kind: 'status'; readonly status: HubStatus }
  | { readonly kind: 'token'; readonly token: HubTokenAnswer }
  /** A part of them; others follow. */
  | { readonly kind: 'sites'; readonly sites: readonly ListedHubSite[] }
  | { readonly kind: 'site'; readonly site: HubSiteDetails }
  | { readonly kind: 'desired'; readonly revision: number; readonly objects: number; readonly changed: boolean }
  /** A part of them, oldest first. */
  | { readonly kind: 'journal'; readonly records: readonly HubJournalRecord[] }
  | { readonly kind: 'kubeconfig'; readonly text: string; readonly expiresAt: string }
  | { readonly kind: 'users'; readonly users: readonly HubUserAccess[] }
  /** How many of a user's ways in were closed. */
  | { readonly kind: 'revoked'; readonly count: number }
  | { readonly kind: 'requested'; readonly id: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly cure?: string };
