// The written forms of network addresses and ranges, of both families.
import { cidrParse, ipv4Number } from '#base';

function isIpv6(text: string): boolean {
  if (!text.includes(':')) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const parts = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = parts.at(-1) ?? '';
  const mapped = last.includes('.');
  if (mapped && ipv4Number(last) === undefined) return false;
  const count = parts.length + (mapped ? 1 : 0);
  if (halves.length === 1 ? count !== 8 : count > 7) return false;
  return (mapped ? parts.slice(0, -1) : parts).every((part) => /^[0-9a-fA-F]{1,4}$/.test(part));
}

/** 4 or 6; undefined when the text is no address. */
export function ipFamilyOf(text: string): 4 | 6 | undefined {
  if (ipv4Number(text) !== undefined) return 4;
  return isIpv6(text) ? 6 : undefined;
}

export const IP_RULE = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
export const CIDR_RULE = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

export function isCidr(text: string): boolean {
  if (cidrParse(text)) return true;
  const [address = '', length = '', more] = text.split('/');
  return more === undefined && isIpv6(address) && /^[0-9]{1,3}$/.test(length) && Number(length) <= 128;
}
