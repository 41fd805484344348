// Decides what the cluster's zone answers to a question, from a view of its services.
// Source: Kubernetes "DNS-Based Service Discovery" specification, version 1.1.0.
import type { DnsAnswer, DnsRecord } from '#platform/dns';

/** One address behind a headless service. */
export interface ZoneEndpoint {
  readonly address: string;
  /** The name under the service: the pod's hostname, or the address with dashes. */
  readonly hostname: string;
}

export interface ZonePort {
  readonly name: string;
  /** tcp, udp, sctp */
  readonly protocol: string;
  readonly port: number;
}

export interface ZoneService {
  readonly namespace: string;
  readonly name: string;
  readonly kind: 'cluster-ip' | 'headless' | 'external-name';
  readonly addresses: readonly string[];
  readonly externalName?: string;
  readonly ports: readonly ZonePort[];
  readonly endpoints: readonly ZoneEndpoint[];
}

export interface ZoneView {
  service(namespace: string, name: string): ZoneService | undefined;
  hasNamespace(name: string): boolean;
  /** The name that an address of the zone resolves back to, without the domain. */
  nameOf(address: string): string | undefined;
}

/** `outside` means: not of this zone, ask upstream. */
export type ZoneDecision =
  | { readonly kind: 'answer'; readonly answer: DnsAnswer; readonly alias?: string }
  | { readonly kind: 'outside' };

export const ZONE_TTL_SECONDS = 5;
const REVERSE = '.in-addr.arpa';

const soa = (domain: string): DnsRecord => ({
  name: domain,
  type: 'SOA',
  ttlSeconds: ZONE_TTL_SECONDS,
  data: {
    mname: `ns.dns.${domain}`,
    rname: `hostmaster.${domain}`,
    serial: 1,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: ZONE_TTL_SECONDS,
  },
});

const answered = (
  domain: string,
  answers: readonly DnsRecord[],
  additionals: readonly DnsRecord[] = [],
): ZoneDecision => ({
  kind: 'answer',
  // An existing name without records of the type is NOERROR with the SOA (RFC 2308 section 2.2).
  answer: {
    rcode: 'NOERROR',
    authoritative: true,
    answers,
    additionals,
    authorities: answers.length ? [] : [soa(domain)],
  },
});
const missing = (domain: string): ZoneDecision => ({
  kind: 'answer',
  answer: { rcode: 'NXDOMAIN', authoritative: true, answers: [], authorities: [soa(domain)] },
});
const record = (name: string, type: string, data: unknown): DnsRecord => ({
  name,
  type,
  ttlSeconds: ZONE_TTL_SECONDS,
  data,
});
const addressRecords = (name: string, type: string, addresses: readonly string[]): DnsRecord[] =>
  type === 'A' || type === 'ANY' ? addresses.map((address) => record(name, 'A', address)) : [];

function serviceAddress(question: { name: string; type: string }, service: ZoneService, domain: string): ZoneDecision {
  const { name, type } = question;
  if (service.kind === 'external-name') {
    const alias = service.externalName ?? '';
    return {
      kind: 'answer',
      alias,
      answer: { rcode: 'NOERROR', authoritative: true, answers: [record(name, 'CNAME', alias)] },
    };
  }
  const addresses = service.kind === 'headless' ? service.endpoints.map((e) => e.address) : service.addresses;
  if (service.kind === 'headless' && addresses.length === 0) return missing(domain);
  if (type === 'SRV') return srv(question, service, service.ports, domain);
  return answered(domain, addressRecords(name, type, [...new Set(addresses)]));
}

function srv(
  question: { name: string },
  service: ZoneService,
  ports: readonly ZonePort[],
  domain: string,
): ZoneDecision {
  const base = `${service.name}.${service.namespace}.svc.${domain}`;
  const targets =
    service.kind === 'headless'
      ? service.endpoints.map((e) => ({ target: `${e.hostname}.${base}`, address: e.address }))
      : service.addresses.map((address) => ({ target: base, address }));
  const weight = Math.max(1, Math.floor(100 / Math.max(1, targets.length * ports.length)));
  const answers = ports.flatMap(({ port }) =>
    targets.map(({ target }) => record(question.name, 'SRV', { priority: 0, weight, port, target })),
  );
  return answered(
    domain,
    answers,
    targets.map(({ target, address }) => record(target, 'A', address)),
  );
}

function underServices(
  question: { name: string; type: string },
  labels: readonly string[],
  view: ZoneView,
  domain: string,
): ZoneDecision {
  const namespace = labels.at(-1);
  const name = labels.at(-2);
  if (namespace === undefined) return answered(domain, []);
  if (name === undefined) return view.hasNamespace(namespace) ? answered(domain, []) : missing(domain);
  const service = view.service(namespace, name);
  if (!service) return missing(domain);
  const [first, second] = labels;
  if (labels.length === 2) return serviceAddress(question, service, domain);
  if (labels.length === 3) {
    const endpoints = service.kind === 'headless' ? service.endpoints.filter((e) => e.hostname === first) : [];
    return endpoints.length
      ? answered(
          domain,
          addressRecords(
            question.name,
            question.type,
            endpoints.map((e) => e.address),
          ),
        )
      : missing(domain);
  }
  if (labels.length === 4 && first?.startsWith('_') && second?.startsWith('_')) {
    const ports = service.ports.filter((p) => `_${p.name}` === first && `_${p.protocol}` === second);
    if (ports.length === 0) return missing(domain);
    return question.type === 'SRV' || question.type === 'ANY'
      ? srv(question, service, ports, domain)
      : answered(domain, []);
  }
  return missing(domain);
}

/** `1-2-3-4.<namespace>.pod.<domain>` answers the address in the name. */
function underPods(
  question: { name: string; type: string },
  labels: readonly string[],
  view: ZoneView,
  domain: string,
): ZoneDecision {
  const [dashed, namespace] = labels.length === 2 ? labels : [undefined, labels[0]];
  if (namespace !== undefined && !view.hasNamespace(namespace)) return missing(domain);
  if (dashed === undefined) return answered(domain, []);
  const address = dashed.replaceAll('-', '.');
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(address)
    ? answered(domain, addressRecords(question.name, question.type, [address]))
    : missing(domain);
}

/** The zone's answer to a question about `name` (lower case, no last dot). */
export function decideAnswer(question: { name: string; type: string }, view: ZoneView, domain: string): ZoneDecision {
  const { name, type } = question;
  if (name.endsWith(REVERSE)) {
    const address = name.slice(0, -REVERSE.length).split('.').reverse().join('.');
    const target = view.nameOf(address);
    if (target === undefined) return { kind: 'outside' };
    return answered(domain, type === 'PTR' || type === 'ANY' ? [record(name, 'PTR', `${target}.${domain}`)] : []);
  }
  if (name !== domain && !name.endsWith(`.${domain}`)) return { kind: 'outside' };
  const labels = name === domain ? [] : name.slice(0, -domain.length - 1).split('.');
  const top = labels.pop();
  if (top === undefined)
    return answered(
      domain,
      type === 'SOA' ? [soa(domain)] : type === 'NS' ? [record(domain, 'NS', `ns.dns.${domain}`)] : [],
    );
  if (top === 'svc') return underServices(question, labels, view, domain);
  if (top === 'pod') return underPods(question, labels, view, domain);
  if (top === 'dns-version' && labels.length === 0)
    return answered(domain, type === 'TXT' ? [record(name, 'TXT', ['1.1.0'])] : []);
  return missing(domain);
}
