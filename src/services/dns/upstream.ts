// Asks the servers outside about names that are not the cluster's, remembering answers for a short while.
import type { Clock } from '#platform/clock';
import { type DnsAnswer, type DnsQuestion, dnsAsk } from '#platform/dns';
import { ASK_TIMEOUT_MS, CACHE_ENTRIES_MAX, CACHE_TTL_SECONDS_MAX } from './limits.ts';

export interface UpstreamServer {
  readonly host: string;
  readonly port: number;
}

/** Answers a question from upstream; SERVFAIL when no server answers. */
export type Upstream = (question: DnsQuestion) => Promise<DnsAnswer>;

const NO_ANSWER: DnsAnswer = { rcode: 'SERVFAIL', authoritative: false, answers: [] };

/** `servers` is asked for each time, so that a changed resolv.conf counts at once. */
export function openUpstream(options: { servers(): readonly UpstreamServer[]; clock: Clock }): Upstream {
  const remembered = new Map<string, { answer: DnsAnswer; untilMs: number }>();
  const remember = (key: string, answer: DnsAnswer): void => {
    const ttl = Math.min(CACHE_TTL_SECONDS_MAX, ...answer.answers.map((r) => r.ttlSeconds));
    if (answer.rcode !== 'NOERROR' || answer.answers.length === 0 || ttl <= 0) return;
    if (remembered.size >= CACHE_ENTRIES_MAX) remembered.delete(remembered.keys().next().value ?? '');
    remembered.set(key, { answer, untilMs: options.clock.monotonicMs() + ttl * 1000 });
  };
  return async (question) => {
    const key = `${question.type} ${question.name}`;
    const known = remembered.get(key);
    if (known && known.untilMs > options.clock.monotonicMs()) return known.answer;
    remembered.delete(key);
    for (const server of options.servers()) {
      try {
        const answer = await dnsAsk(server, question, ASK_TIMEOUT_MS);
        if (answer.rcode === 'SERVFAIL' || answer.rcode === 'REFUSED') continue;
        remember(key, answer);
        return answer;
      } catch {
        // This server is silent; the next one may know.
      }
    }
    return NO_ANSWER;
  };
}

/** The name servers of a resolv.conf, without those in `except` (our own addresses would ask in circles). */
export function serversOf(resolvConf: string, except: readonly string[]): UpstreamServer[] {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)]
    .map((match) => ({ host: match[1] ?? '', port: 53 }))
    .filter(({ host }) => /^[0-9.]+$/.test(host) && !except.includes(host));
}
