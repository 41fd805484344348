// What `plane --json` tells: who may change what the hub owns, since when and why, and where the site is not as the hub wants it. Times are
// RFC 3339.
import type { ConnectivityMode, Plane } from './connectivity.ts';

export interface PlaneStatus {
  readonly site: string;
  readonly plane: Plane;
  readonly since: string;
  readonly reason: string;
  readonly mode: ConnectivityMode;
  /** Null before a hub wanted anything, and when the site's services do not run. */
  readonly desired: {
    /** Newest that is kept here. */
    readonly revision: number;
    /** Applied whole; 0 for none. */
    readonly applied: number;
    /** Objects by state, as of the last pass: applied, drifted, differs, failed, pruned, kept-local. */
    readonly counts: Readonly<Record<string, number>>;
    /** Everything that is not simply applied, as far as it is named. */
    readonly objects: readonly { readonly object: string; readonly state: string; readonly message?: string }[];
    readonly more: number;
  } | null;
}
