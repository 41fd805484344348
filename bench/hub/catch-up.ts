// The hub comes back after an outage of all sites. Connections come when the product's backoff lets them; over each, the sites that it
// carries beat and deliver what their journals gathered. When more dial than may stay open, those beyond hang up once they have
// delivered. The others then go on at the rhythm of one site each, which shows what a site costs the wire.
import { pause, progress } from '../harness/bench.ts';
import { rounded, spanFigures } from '../harness/statistics.ts';
import { HOUR_RECORDS } from './beat.ts';
import type { HubFolder } from './hub-folder.ts';
import { type Phase, withPhase } from './processes.ts';
import { siteName } from './sites.ts';
import { loadNow } from './steady.ts';
import { wireBytes } from './wire.ts';

export interface CatchUpOptions {
  readonly sites: number;
  readonly connections: number;
  readonly dialling: number;
  readonly loaders: number;
  readonly wire: number;
  readonly seed: number;
  readonly profile: string;
}

const OUTAGE_MS = 3_600_000;
const LOOK_MS = 1_000;
/** Twice the longest pause between two dials. */
const WAIT_MS_MAX = 600_000;
/** Sites whose journal is looked at in the end. */
const LOOKED_AT = 200;
const HOUR_S = 3600;

export function catchUp(folder: HubFolder, options: CatchUpOptions): Promise<Readonly<Record<string, unknown>>> {
  const { sites, dialling, loaders, seed, profile } = options;
  const carried = Math.floor(sites / dialling);
  const shared = carried > 1 ? { shared: { sites, connections: dialling } } : {};
  const hub = { clockAheadMs: OUTAGE_MS, ...shared };
  return withPhase({ folder, hub, dialling, carried, loaders, seed, profile }, async (phase) => ({
    load_average_before: loadNow(),
    catching_up: await comeBack(phase, options),
    wire: options.wire === 0 ? null : await onTheWire(phase, options),
    load_average_after: loadNow(),
  }));
}

async function comeBack(phase: Phase, { sites, connections }: CatchUpOptions) {
  const statusBefore = await phase.hub.call('counts', undefined);
  progress(`${sites} sites come back: ${JSON.stringify(statusBefore)}`);
  await phase.hub.call('lateness', undefined);
  const usage = phase.usage();
  const startMs = performance.now();
  const asked = { outageMs: OUTAGE_MS, kept: connections, waitMs: WAIT_MS_MAX };
  const delivered = Promise.all(phase.loads.map((load) => load.call('comeBack', asked)));
  const [connectedAfterMs, deliveredAfterMs] = await Promise.all([
    allConnected(phase, sites, startMs),
    delivered.then(() => performance.now() - startMs),
  ]);
  const seconds = (performance.now() - startMs) / 1000;
  const used = usage();
  const lateness = await phase.hub.call('lateness', undefined);
  const { setUpMs, beatMs, deliveryMs, failures } = await phase.seen();
  const memory = phase.memory();
  return {
    dialling: setUpMs.length,
    sites_by_status_before: statusBefore,
    sites_by_status_after: await phase.hub.call('counts', undefined),
    all_connected_after_s: rounded(connectedAfterMs / 1000),
    all_delivered_after_s: rounded(deliveredAfterMs / 1000),
    dials_per_s: rounded(setUpMs.length / seconds, 1),
    dial_to_first_answer: spanFigures(setUpMs),
    heartbeat: spanFigures(beatMs),
    delivery: spanFigures(deliveryMs),
    records: deliveryMs.length * HOUR_RECORDS,
    journals_looked_at: await wholeJournals(phase, sites),
    failures,
    hub_event_loop_lateness: lateness,
    hub_cpu_percent: used.hub_cpu_percent,
    hub_kept_waiting_percent: used.hub_kept_waiting_percent,
    load_cpu_percent: used.load_cpu_percent,
    hub_rss_bytes: memory.rssBytes,
    hub_written_bytes: used.hub_written_bytes,
  };
}

async function allConnected(phase: Phase, sites: number, startMs: number): Promise<number> {
  let toldMs = startMs;
  for (;;) {
    const { Connected: connected = 0 } = await phase.hub.call('counts', undefined);
    const nowMs = performance.now();
    if (connected === sites) return nowMs - startMs;
    if (nowMs - startMs > WAIT_MS_MAX) throw new Error(`only ${connected} of ${sites} sites are Connected`);
    if (nowMs - toldMs > 30_000) {
      progress(`${Math.round((nowMs - startMs) / 1000)} s: ${connected} Connected`);
      toldMs = nowMs;
    }
    await pause(LOOK_MS);
  }
}

/** Errors: a journal in which not every record stands, once and in order. */
async function wholeJournals(phase: Phase, sites: number): Promise<number> {
  const expected = Array.from({ length: HOUR_RECORDS }, (_, i) => i + 1).join();
  const step = Math.max(1, Math.floor(sites / LOOKED_AT));
  let looked = 0;
  for (let site = 0; site < sites; site += step, looked++) {
    const found = (await phase.hub.call('journal', siteName(site))).join();
    if (found !== expected) throw new Error(`the journal of ${siteName(site)} holds ${found}, not ${expected}`);
  }
  return looked;
}

/** Of sites with a connection each, at the product's rhythm: heartbeats, and pings between them. */
async function onTheWire(phase: Phase, { wire }: CatchUpOptions) {
  progress(`counting bytes at the sockets for ${wire} s`);
  const usage = phase.usage();
  const before = wireBytes(phase.port);
  const startMs = performance.now();
  await phase.seen();
  await pause(wire * 1000);
  const after = wireBytes(phase.port);
  const seconds = (performance.now() - startMs) / 1000;
  const used = usage();
  const { beatMs, failures } = await phase.seen();
  const anHour = (bytes: number): number => Math.round((bytes / after.connections / seconds) * HOUR_S);
  return {
    seconds: rounded(seconds),
    connections: after.connections,
    connections_before: before.connections,
    heartbeats: beatMs.length,
    heartbeat: spanFigures(beatMs),
    hub_cpu_percent: used.hub_cpu_percent,
    failures,
    bytes_per_site_and_hour: anHour(after.payload - before.payload),
    bytes_per_site_and_hour_with_headers: anHour(after.withHeaders - before.withHeaders),
  };
}
