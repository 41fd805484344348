// What a heartbeat tells of the site, asked of holdfastd and of the API. A heartbeat waits for nobody: who does not answer in time is
// told as he was last.
import { messageOf } from '#base';
import { type Client, resourceOf } from '#client';
import { callSupervisor } from '#host';
import type { Pod } from '#model/kube';
import type { SiteFolders, SiteStatus } from '#model/site';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { SiteSummary } from '#services/link';

const PODS = resourceOf<Pod>('', 'v1', 'pods');
const ANSWER_MS_MAX = 4_000;

export interface SummaryOptions {
  readonly folders: SiteFolders;
  readonly client: Pick<Client, 'list'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** As holdfastd tells it. Errors: those of its socket. */
export async function statusOf(folders: SiteFolders): Promise<SiteStatus | undefined> {
  for await (const answer of callSupervisor(folders, { verb: 'status' }))
    if (answer.kind === 'status') return answer.status;
  return undefined;
}

/** One object is asked for; how many more there are comes along. */
async function podCount(client: Pick<Client, 'list'>): Promise<number> {
  const { items, remainingItemCount = 0 } = await client.list(PODS, { limit: 1 });
  return items.length + remainingItemCount;
}

const UNKNOWN: SiteSummary = { phase: 'Degraded', nodes: 0, nodesReady: 0, pods: 0, troubles: [] };

function summaryOf({ phase, machines, conditions }: SiteStatus, pods: number): SiteSummary {
  const nodes = machines.filter(({ role }) => role === 'worker');
  return {
    phase,
    nodes: nodes.length,
    nodesReady: nodes.filter(({ state }) => state === 'Running').length,
    pods,
    troubles: conditions.filter(({ status }) => status === 'False').map(({ type }) => type),
  };
}

export function siteSummary(of: SummaryOptions): () => Promise<SiteSummary> {
  const { folders, client, clock, log } = of;
  let last = UNKNOWN;
  /** What came in time, or `otherwise`. */
  const inTime = <T>(asked: Promise<T>, otherwise: T): Promise<T> =>
    new Promise((resolve) => {
      const late = clock.after(ANSWER_MS_MAX, () => resolve(otherwise), { background: true });
      asked
        .catch((error) => {
          log.debug('a part of the site did not answer for the heartbeat', { error: messageOf(error) });
          return otherwise;
        })
        .then((found) => {
          late.cancel();
          resolve(found);
        });
    });
  return async () => {
    const [status, pods] = await Promise.all([
      inTime(statusOf(folders), undefined),
      inTime(podCount(client), last.pods),
    ]);
    last = status ? summaryOf(status, pods) : { ...last, pods };
    return last;
  };
}
