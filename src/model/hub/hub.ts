// What a hub is, as its file says: the smallest thing that it is started from.

/** Raised with any change to hub.json that an older release cannot read. */
export const HUB_FORMAT_VERSION = 1;
/** Where a hub listens unless told otherwise. */
export const HUB_PORT_DEFAULT = 8443;

export interface HubFile {
  readonly formatVersion: number;
  /** Short random text, part of its certificates' names. */
  readonly id: string;
  /** Addresses and names under which sites and people reach it, the first being the one that tokens name. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly createdAt: string;
}

const isIpv6 = (address: string): boolean => address.includes(':');

export const hubUrl = (hub: Pick<HubFile, 'addresses' | 'port'>): string => {
  const address = hub.addresses[0] ?? '127.0.0.1';
  return `https://${isIpv6(address) ? `[${address}]` : address}:${hub.port}`;
};

const isLoopback = (address: string): boolean => /^127\.|^::1$|^localhost$/.test(address);

/** Where it listens: on this machine alone as long as it has no other address; otherwise on every address of the machine,
 * because a name, or an address in front of a router, is none of the machine's own. */
export const hubListensOn = (hub: Pick<HubFile, 'addresses'>): string =>
  hub.addresses.every(isLoopback) ? '127.0.0.1' : '';

/** What is wrong with an address of a hub, or undefined. */
export function hubAddressProblem(address: string): string | undefined {
  const isName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(address);
  return (isName || /^[0-9a-f:]+(:[0-9.]+)?$/.test(address)) && address.length <= 253
    ? undefined
    : 'must be an address, or a DNS name in lower case, without a port';
}
