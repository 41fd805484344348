// The hub of the measurement, in a process of its own: the product's hub, wired as its app wires it, but for two things. Its clock
// may be ahead, so that an outage of an hour need not be waited for. And where sites share connections, a connection stands for the
// site that its certificate names and for others with it, in turn, one a request; that is said here, by the wiring, and nothing that
// is sent can say it.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { hubFolders } from '#model/hub';
import { type Clock, systemClock } from '#platform/clock';
import type { Connection } from '#platform/http';
import { jsonLog } from '#platform/log';
import { type Hub, type HubOptions, startHub } from '#services/hub';
import { rounded } from '../harness/statistics.ts';
import { answerCalls } from './calls.ts';
import { hubFile } from './hub-folder.ts';
import { carriedSite, numberOfSite, siteId } from './sites.ts';

export interface HubAsked {
  readonly data: string;
  readonly clockAheadMs: number;
  /** Sites share so many connections; absent: each site has one. */
  readonly shared?: { readonly connections: number; readonly sites: number };
}

function inTurn(shared: { connections: number; sites: number }): HubOptions['standsFor'] {
  const turns = new WeakMap<Connection, number>();
  return (peer, connection) => {
    const turn = turns.get(connection) ?? 0;
    turns.set(connection, turn + 1);
    return siteId(carriedSite({ ...shared, carrier: numberOfSite(peer.id), turn }));
  };
}

const NS_A_MS = 1e6;
/** How often it is looked at, which the figures below are without. */
const LOOK_MS = 5;
const delays = monitorEventLoopDelay({ resolution: LOOK_MS });
let hub: Hub | undefined;

const verbs = {
  async start({ data, clockAheadMs, shared }: HubAsked): Promise<{ port: number }> {
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + clockAheadMs };
    hub = await startHub({
      hub: hubFile(),
      folders: hubFolders(data),
      clock,
      log: jsonLog({ component: 'hub', level: 'warn' }),
      lost: (error) => {
        throw error;
      },
      ...(shared && { standsFor: inTurn(shared) }),
    });
    return { port: hub.port };
  },
  /** Sites by status. */
  counts: (): Record<string, number> => hub?.operator.counts().sites ?? {},
  /** Sequence numbers of what is kept of a site's journal. */
  journal: async (site: string): Promise<number[]> =>
    (await hub?.operator.journal(site, { limit: 1_000 }))?.map(({ sequence }) => sequence) ?? [],
  /** How late the event loop was since this was last asked. */
  lateness: (): { p50_ms: number; p99_ms: number; max_ms: number } => {
    delays.disable();
    const late = (ns: number): number => rounded(Math.max(0, ns / NS_A_MS - LOOK_MS));
    const at = (share: number): number => late(delays.percentile(share));
    const found = { p50_ms: at(50), p99_ms: at(99), max_ms: late(delays.max) };
    delays.reset();
    delays.enable();
    return found;
  },
  stop: async (): Promise<void> => hub?.stop(),
};
export type HubVerbs = typeof verbs;

answerCalls(verbs);
