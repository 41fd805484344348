// Which subnet a site's switch has, and what stands where in it.
//
//   .1 to .3    nodes on the switch (node-a is the machines' way out)
//   .9          the site's doors (registry, portal)
//   .10         the Kubernetes API
//   .11 onwards machines
//   .200-.239   Services of type LoadBalancer, unless --service-ips says otherwise
import { type Cidr, cidrHas, cidrParse, cidrsOverlap, cidrText, ipv4Number, ipv4Text, present } from '#base';
import { SUBNETS_MAX } from './limits.ts';
import type { SiteNetwork } from './site.ts';

export const FIRST_MACHINE_HOST = 11;

/** A range of addresses that something else uses. */
export interface TakenRange {
  readonly range: Cidr;
  /** By what, e.g. "route of eth0"; part of messages. */
  readonly by: string;
}

export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

export type NetworkChoice =
  | { readonly kind: 'chosen'; readonly network: SiteNetwork }
  | { readonly kind: 'refused'; readonly reason: string };

/** Parses "A-B" or a single address; undefined when it is no such thing or B comes before A. */
export function addressRangeParse(text: string): AddressRange | undefined {
  const [first = '', last = first, more] = text.split('-');
  const a = ipv4Number(first);
  const b = ipv4Number(last);
  return a === undefined || b === undefined || b < a || more !== undefined ? undefined : { first, last };
}

/** The address of a subnet with this host number. */
export function hostAddress(subnet: string, host: number): string {
  return ipv4Text(present(cidrParse(subnet), 'a site has a valid subnet').first + host);
}

function networkOf(subnet: Cidr, serviceIps?: AddressRange): SiteNetwork {
  const text = cidrText(subnet);
  return {
    subnet: text,
    gateway: hostAddress(text, 1),
    doorAddress: hostAddress(text, 9),
    apiAddress: hostAddress(text, 10),
    serviceIps: serviceIps ?? { first: hostAddress(text, 200), last: hostAddress(text, 239) },
  };
}

function serviceIpsProblem(subnet: Cidr, range: AddressRange): string | undefined {
  if (!cidrHas(subnet, range.first) || !cidrHas(subnet, range.last)) return `is not inside one /24`;
  const first = (ipv4Number(range.first) ?? 0) - subnet.first;
  const last = (ipv4Number(range.last) ?? 0) - subnet.first;
  return first < 64 || last > 254 ? `must lie between .64 and .254 of its /24; the rest is the site's own` : undefined;
}

/** The first free /24 of 10.50.0.0/16, or the /24 that holds the wanted service addresses when that is free. */
export function planNetwork(
  taken: readonly TakenRange[],
  wanted: { readonly serviceIps?: AddressRange } = {},
): NetworkChoice {
  const clash = (range: Cidr): TakenRange | undefined => taken.find((t) => cidrsOverlap(t.range, range));
  if (wanted.serviceIps) {
    const { first, last } = wanted.serviceIps;
    const subnet = present(cidrParse(`${first}/24`), 'a parsed address has a /24');
    const problem = serviceIpsProblem(subnet, wanted.serviceIps);
    if (problem) return { kind: 'refused', reason: `--service-ips ${first}-${last} ${problem}` };
    const other = clash(subnet);
    if (other)
      return {
        kind: 'refused',
        reason: `--service-ips ${first}-${last}: ${cidrText(subnet)} is in use (${other.by}, ${cidrText(other.range)})`,
      };
    return { kind: 'chosen', network: networkOf(subnet, wanted.serviceIps) };
  }
  for (let i = 0; i < SUBNETS_MAX; i++) {
    const subnet = present(cidrParse(`10.50.${i}.0/24`), 'a constant subnet is valid');
    if (!clash(subnet)) return { kind: 'chosen', network: networkOf(subnet) };
  }
  return { kind: 'refused', reason: 'every /24 of 10.50.0.0/16 is in use on this machine' };
}

/** The network of a site without a switch: everything on the loopback address. */
export const LOOPBACK_NETWORK: SiteNetwork = {
  subnet: '127.0.0.0/8',
  gateway: '127.0.0.1',
  doorAddress: '127.0.0.1',
  apiAddress: '127.0.0.1',
  serviceIps: { first: '192.0.2.200', last: '192.0.2.239' },
};
