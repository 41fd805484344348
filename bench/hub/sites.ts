// The sites of the measurement by number: what they are called, and which connection carries them when connections are fewer.
// Ids and names all have one length, so that certificates can be made from a pattern.

const DIGITS = 6;
const numbered = (site: number): string => String(site).padStart(DIGITS, '0');

export const siteId = (site: number): string => `bench-${numbered(site)}`;
export const siteName = (site: number): string => `site-${numbered(site)}`;
export const numberOfSite = (id: string): number => Number(id.slice(-DIGITS));

/** The site that is the `turn`-th over the connection of `carrier`; with as many connections as sites that is the carrier itself. */
export const carriedSite = (of: { carrier: number; turn: number; connections: number; sites: number }): number =>
  of.carrier + of.connections * (of.turn % Math.floor(of.sites / of.connections));
