// Every site a heartbeat a minute, over as many connections as the limit of open files lets be: how fast connections come up, what
// they take, how heartbeats go through a window, and how many more there could be.
import os from 'node:os';
import { pause, progress } from '../harness/bench.ts';
import { rounded, spanFigures } from '../harness/statistics.ts';
import type { HubFolder } from './hub-folder.ts';
import { type Phase, withPhase } from './processes.ts';

export interface SteadyOptions {
  readonly sites: number;
  readonly connections: number;
  readonly loaders: number;
  readonly dials: number;
  readonly warm: number;
  readonly window: number;
  readonly flood: number;
  readonly seed: number;
  readonly profile: string;
}

const HOUR_S = 3600;
/** After the last connection is up, until memory is read. */
const SETTLE_MS = 3_000;
/** Heartbeats under way at any time, in all processes of the load, when they come as fast as they are answered. */
const FLOOD_PARALLEL = 64;

/** Processor time of the hub for each of so many. */
const eachMs = (cpuPercent: number, seconds: number, count: number): number =>
  rounded(((cpuPercent / 100) * seconds * 1000) / count);

export const loadNow = (): number => rounded(os.loadavg()[0] ?? 0, 2);

export function steady(folder: HubFolder, options: SteadyOptions): Promise<Readonly<Record<string, unknown>>> {
  const { sites, connections, loaders, seed, profile } = options;
  const hub = { clockAheadMs: 0, shared: { sites, connections } };
  const carried = Math.floor(sites / connections);
  return withPhase({ folder, hub, dialling: connections, carried, loaders, seed, profile }, async (phase) => ({
    load_average_before: loadNow(),
    set_up: await setUp(phase, options),
    heartbeats: await heartbeats(phase, options),
    as_fast_as_answered: await asFastAsAnswered(phase, options),
    load_average_after: loadNow(),
  }));
}

async function setUp(phase: Phase, { connections, loaders, dials }: SteadyOptions) {
  progress(`opening ${connections} connections`);
  const before = phase.memory();
  const usage = phase.usage();
  const startMs = performance.now();
  await Promise.all(phase.loads.map((load) => load.call('open', { parallel: Math.ceil(dials / loaders) })));
  const seconds = (performance.now() - startMs) / 1000;
  const used = usage();
  const { setUpMs, failures } = await phase.seen();
  await pause(SETTLE_MS);
  const after = phase.memory();
  const each = (bytes: number): number => Math.round(bytes / (connections / 1000));
  return {
    connections,
    seconds: rounded(seconds),
    per_s: rounded(connections / seconds, 1),
    dial_to_first_answer: spanFigures(setUpMs),
    failures,
    hub_cpu_percent: used.hub_cpu_percent,
    hub_kept_waiting_percent: used.hub_kept_waiting_percent,
    load_cpu_percent: used.load_cpu_percent,
    hub_cpu_ms_per_connection: eachMs(used.hub_cpu_percent, seconds, connections),
    hub_rss_bytes_before: before.rssBytes,
    hub_rss_bytes_after: after.rssBytes,
    rss_bytes_per_1000_connections: each(after.rssBytes - before.rssBytes),
    pss_bytes_per_1000_connections: each(after.pssBytes - before.pssBytes),
  };
}

async function heartbeats(phase: Phase, { sites, connections, warm, window }: SteadyOptions) {
  const more = Math.floor(sites / connections) - 1;
  await Promise.all(phase.loads.map((load) => load.call('share', { more })));
  progress(`${sites} sites beat; the window of ${window} s opens in ${warm} s`);
  await pause(warm * 1000);
  await phase.seen();
  await phase.hub.call('lateness', undefined);
  const usage = phase.usage();
  const startMs = performance.now();
  await pause(window * 1000);
  const seconds = (performance.now() - startMs) / 1000;
  const used = usage();
  const [{ beatMs, failures }, lateness, counts] = await Promise.all([
    phase.seen(),
    phase.hub.call('lateness', undefined),
    phase.hub.call('counts', undefined),
  ]);
  const memory = phase.memory();
  return {
    seconds: rounded(seconds),
    per_s: rounded(beatMs.length / seconds, 1),
    ...spanFigures(beatMs),
    failures,
    hub_event_loop_lateness: lateness,
    hub_cpu_percent: used.hub_cpu_percent,
    hub_kept_waiting_percent: used.hub_kept_waiting_percent,
    load_cpu_percent: used.load_cpu_percent,
    hub_cpu_ms_per_heartbeat: eachMs(used.hub_cpu_percent, seconds, beatMs.length),
    hub_rss_bytes: memory.rssBytes,
    hub_pss_bytes: memory.pssBytes,
    hub_written_bytes_per_hour: Math.round((used.hub_written_bytes / seconds) * HOUR_S),
    sites_by_status: counts,
    load_average: loadNow(),
  };
}

/** On top of the heartbeats that go on. */
async function asFastAsAnswered(phase: Phase, { loaders, flood }: SteadyOptions) {
  if (flood === 0) return null;
  progress(`heartbeats as fast as they are answered, for ${flood} s`);
  await phase.seen();
  const usage = phase.usage();
  const asked = { ms: flood * 1000, parallel: Math.ceil(FLOOD_PARALLEL / loaders) };
  const rounds = await Promise.all(phase.loads.map((load) => load.call('flood', asked)));
  const used = usage();
  const { beatMs, failures } = await phase.seen();
  const seconds = Math.max(...rounds.map((round) => round.seconds));
  return {
    per_s: rounded(beatMs.length / seconds, 1),
    ...spanFigures(beatMs),
    failures,
    hub_cpu_percent: used.hub_cpu_percent,
    hub_kept_waiting_percent: used.hub_kept_waiting_percent,
    load_cpu_percent: used.load_cpu_percent,
    hub_cpu_ms_per_heartbeat: eachMs(used.hub_cpu_percent, seconds, beatMs.length),
  };
}
