// Starts a hub: its tables, its certificates, one port for sites and people.
import type { HubFile, HubFolders } from '#model/hub';
import { hubListensOn } from '#model/hub';
import type { Clock } from '#platform/clock';
import { type HttpExchange, listenHttps } from '#platform/http';
import type { Log } from '#platform/log';
import { openTables, type Tables } from '#platform/sqlite';
import { Accesses } from './cluster/accesses.ts';
import { answerSiteRequest, answerSiteUpgrade } from './cluster/site-door.handler.ts';
import { Tunnels } from './cluster/tunnels.ts';
import { Desired } from './desired/desired.ts';
import { openJournal } from './journal/journal.ts';
import type { ReadRecord } from './journal/records.ts';
import { ACCEPTORS, LINK_IDLE_MS_MAX } from './limits.ts';
import { answerSite, answerTunnel } from './link-door.handler.ts';
import { HubOperator } from './operator.ts';
import type { HubParts, StandsFor } from './parts.ts';
import { openHubPki } from './pki.ts';
import { HUB_MIGRATIONS } from './schema.ts';
import type { HubSite } from './sites/site.ts';
import { Sites } from './sites/sites.ts';

export interface HubOptions {
  readonly hub: HubFile;
  readonly folders: HubFolders;
  readonly clock: Clock;
  readonly log: Log;
  /** The database cannot be used any more: the hub must end. */
  lost(error: Error): void;
  readonly standsFor?: StandsFor;
}

export interface Hub {
  readonly operator: HubOperator;
  readonly port: number;
  stop(): Promise<void>;
}

/** Errors: WorldError `Conflict` when the port is taken, `Unavailable` when another process has the data, `Corrupt`. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { hub, folders, clock, log } = options;
  const pki = await openHubPki({ folder: folders.pki, hub, nowMs: clock.now() });
  const tables = await openTables({ file: folders.database, migrations: HUB_MIGRATIONS, lost: options.lost });
  try {
    const sites = await Sites.open({ tables, clock, log });
    const parts: HubParts = {
      hub,
      tables,
      sites,
      pki,
      clock,
      log,
      desired: await Desired.open({ tables, sites, copies: folders.git, clock, log }),
      journal: openJournal({ tables, clock, log, taken: (site, records) => answered(tables, log, site, records) }),
      tunnels: new Tunnels({ clock, log }),
      accesses: await Accesses.open({ tables, pki, clock }),
      standsFor: options.standsFor,
    };
    return await serve(parts);
  } catch (error) {
    await tables.close();
    throw error;
  }
}

const isForPeople = (exchange: HttpExchange): boolean => exchange.url.startsWith('/sites/');

async function serve(parts: HubParts): Promise<Hub> {
  const { hub, pki, sites, desired, tunnels, tables } = parts;
  const server = await listenHttps({
    listen: [{ host: hubListensOn(hub), port: hub.port }],
    tls: pki.server,
    clock: parts.clock,
    idleMsMax: LINK_IDLE_MS_MAX,
    acceptors: ACCEPTORS,
    onRequest: (exchange) =>
      void (isForPeople(exchange) ? answerSiteRequest(exchange, parts) : answerSite(exchange, parts)),
    onUpgrade: (exchange, upgrade) => void answerSiteUpgrade(exchange, upgrade, parts),
    onConnect: (exchange, connect) => void answerTunnel(exchange, connect, parts),
  });
  desired.start();
  return {
    operator: new HubOperator(parts),
    port: server.ports[0] ?? hub.port,
    stop: async () => {
      desired.close();
      tunnels.closeAll();
      await server.close();
      await sites.flush();
      await tables.close();
    },
  };
}

/** A record that names what was asked for is its answer. */
function answered(tables: Tables, log: Log, site: HubSite, records: readonly ReadRecord[]): void {
  if (site.requests.length === 0) return;
  const named = new Set(records.map(({ body }) => body.request));
  const done = site.requests.filter(({ id }) => named.has(id));
  if (done.length === 0) return;
  site.requests = site.requests.filter(({ id }) => !named.has(id));
  tables
    .write(done.map(({ id }) => ({ sql: 'DELETE FROM requests WHERE id = ?', values: [id] })))
    .catch((error) => log.warn('an answered request could not be forgotten', { site: site.name, error }));
}
