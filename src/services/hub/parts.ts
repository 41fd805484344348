// What the parts of a running hub are given of each other.
import type { HubFile } from '#model/hub';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { Tables } from '#platform/sqlite';
import type { Accesses } from './cluster/accesses.ts';
import type { Tunnels } from './cluster/tunnels.ts';
import type { Desired } from './desired/desired.ts';
import type { Journal } from './journal/journal.ts';
import type { HubPki } from './pki.ts';
import type { Sites } from './sites/sites.ts';

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
}
