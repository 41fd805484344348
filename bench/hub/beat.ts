// What a site of the measurement says in a heartbeat, and what its journal holds after an hour.
import { type JournalDelivery, LINK_PROTOCOL_VERSION } from '#model/link';
import { SOFTWARE_VERSION } from '#model/site';
import type { Beat } from '../../src/services/link/heartbeat.ts';

const PODS = 12;

/** `isNews`: it says something else than the one before it. */
export const beatOf = (isNews = false): Beat => ({
  at: new Date().toISOString(),
  version: SOFTWARE_VERSION,
  plane: 'hub',
  mode: 'Connected',
  phase: 'Ready',
  applied: 0,
  drifted: 0,
  nodesReady: 1,
  nodes: 1,
  pods: isNews ? PODS + 1 : PODS,
  troubles: [],
});

/** A look at the site every five minutes, the use of an hour, and that the link was lost. */
const TELEMETRY = 12;
export const HOUR_RECORDS = TELEMETRY + 2;

const TELEMETRY_BODY = {
  processes: Object.fromEntries(
    ['holdfastd', 'kube', 'services', 'node-1'].map((name) => [name, { rssBytes: 91_234_304, cpuPercent: 0.24 }]),
  ),
  nodes: { total: 1, ready: 1 },
  pods: { total: PODS, running: PODS },
  conditions: { Ready: 'True', StorageHealthy: 'True', ClockSure: 'True', Link: 'SemiConnected' },
  diskFreeBytes: 181_235_712_000,
};
const LINK_LOST = {
  type: 'Warning',
  subject: 'link',
  reason: 'HubAway',
  message: 'the connection broke: read ECONNRESET',
};
const usageBody = (nowMs: number) => ({
  from: new Date(nowMs - 3_600_000).toISOString(),
  to: new Date(nowMs).toISOString(),
  seconds: 3600,
  clusters: { local: { vcpuHours: 2.25, memoryGibHours: 3.5, podHours: PODS } },
  site: { imageGibHours: 1.25 },
});

/** What one process of the site has written while the hub was away. */
export function journalOfAnHour(nowMs = Date.now()): JournalDelivery {
  const bodies = [
    { kind: 'event', body: LINK_LOST },
    ...Array.from({ length: TELEMETRY }, () => ({ kind: 'telemetry', body: TELEMETRY_BODY }) as const),
    { kind: 'usage', body: usageBody(nowMs) },
  ] as const;
  const at = new Date(nowMs).toISOString();
  return {
    protocol: LINK_PROTOCOL_VERSION,
    stream: 'services/3f9c12ab',
    records: bodies.map((record, index) => ({ sequence: index + 1, at, ...record })),
  };
}
