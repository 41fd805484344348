// Serves the cluster's DNS on one address: the zone itself, everything else from upstream.
import type { Client } from '#client';
import type { Clock } from '#platform/clock';
import { type DnsAnswer, type DnsQuestion, type DnsServer, dnsListen } from '#platform/dns';
import type { Log } from '#platform/log';
import { ALIAS_DEPTH_MAX } from './limits.ts';
import { openUpstream, type Upstream, type UpstreamServer } from './upstream.ts';
import { openView } from './view.ts';
import { decideAnswer, type ZoneView } from './zone.plan.ts';

export interface DnsOptions {
  readonly client: Client;
  readonly listen: { readonly host: string; readonly port: number };
  /** "cluster.local" */
  readonly domain: string;
  upstreams(): readonly UpstreamServer[];
  readonly clock: Clock;
  readonly log: Log;
}

/** Where answers come from. */
interface Sources {
  readonly view: ZoneView;
  readonly domain: string;
  readonly upstream: Upstream;
}

async function answer(question: DnsQuestion, sources: Sources, depth = 0): Promise<DnsAnswer> {
  const { view, domain, upstream } = sources;
  const decision = decideAnswer(question, view, domain);
  if (decision.kind === 'outside') return upstream(question);
  if (!decision.alias || question.type === 'CNAME' || depth >= ALIAS_DEPTH_MAX) return decision.answer;
  // An ExternalName is answered whole, with the addresses behind it (RFC 1034 section 3.6.2).
  const behind = await answer(
    { name: decision.alias.toLowerCase().replace(/\.$/, ''), type: question.type },
    sources,
    depth + 1,
  );
  return { ...decision.answer, answers: [...decision.answer.answers, ...behind.answers] };
}

/** Errors: WorldError `Conflict` when the address is taken. Questions that come before the caches are filled wait for them. */
export async function startDns(options: DnsOptions): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const view = openView(options.client);
  const upstream = openUpstream({ servers: options.upstreams, clock: options.clock });
  const sources: Sources = { view, domain: options.domain, upstream };
  const handler = async (question: DnsQuestion): Promise<DnsAnswer> => {
    await view.synced;
    return answer(question, sources);
  };
  const server: DnsServer = await dnsListen({ ...options.listen, handler });
  options.log.info('DNS serves', { host: options.listen.host, port: server.port, domain: options.domain });
  return {
    port: server.port,
    stop: async () => {
      await server.close();
      view.close();
    },
  };
}
