// What the parts of a running hub are given of each other.
import type { HubFile } from '#model/hub';
import type { Clock } from '#platform/clock';
import type { Connection } from '#platform/http';
import type { Log } from '#platform/log';
import type { Tables } from '#platform/sqlite';
import type { Accesses } from './cluster/accesses.ts';
import type { Tunnels } from './cluster/tunnels.ts';
import type { Desired } from './desired/desired.ts';
import type { Journal } from './journal/journal.ts';
import type { SitePeer } from './peer.ts';
import type { HubPki } from './pki.ts';
import type { Sites } from './sites/sites.ts';

/** Id of the site that the next request over a connection is of, given whom its certificate, already judged, names. */
export type StandsFor = (peer: SitePeer, connection: Connection) => string;

export interface HubParts {
  readonly hub: HubFile;
  readonly tables: Tables;
  readonly sites: Sites;
  readonly pki: HubPki;
  readonly desired: Desired;
  readonly journal: Journal;
  readonly tunnels: Tunnels;
  readonly accesses: Accesses;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent, as in every hub that is run: each certificate stands for the site that it names. A load generator with fewer
   * connections than sites gives its own. */
  readonly standsFor?: StandsFor;
}
