// IPv4 addresses and ranges as numbers.

/** The 32-bit number of a dotted address; undefined when it is none. */
export function ipv4Number(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let number = 0;
  for (const part of parts) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    number = number * 256 + Number(part);
  }
  return number;
}

export function ipv4Text(number: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

/** An IPv4 range: first address, how many, and the prefix length. */
export interface Cidr {
  readonly first: number;
  readonly size: number;
  readonly prefix: number;
}

/** Parses "10.0.0.0/24"; the host bits are cleared. Undefined when the text is no IPv4 range. */
export function cidrParse(text: string): Cidr | undefined {
  const [address = '', length = '', more] = text.split('/');
  const number = ipv4Number(address);
  if (number === undefined || more !== undefined || !/^[0-9]{1,2}$/.test(length) || Number(length) > 32)
    return undefined;
  const size = 2 ** (32 - Number(length));
  return { first: Math.floor(number / size) * size, size, prefix: Number(length) };
}

export function cidrText(cidr: Cidr): string {
  return `${ipv4Text(cidr.first)}/${cidr.prefix}`;
}

export function cidrHas(cidr: Cidr, address: string): boolean {
  const number = ipv4Number(address);
  return number !== undefined && number >= cidr.first && number < cidr.first + cidr.size;
}

export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return a.first < b.first + b.size && b.first < a.first + a.size;
}
