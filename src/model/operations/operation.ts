// What an entry of the operations catalogue is: an operation, what the source documents said of it, and its verdict in each of
// the seven legal pairs of plane and mode.
import type { ConnectivityMode } from '#model/site';

export const VERDICTS = [
  'works', // the same with a link and without one, or just what the link is for, while it is there
  'works-locally', // done by what is on the spot, whatever the link does
  'queued', // taken now, done when the link is back
  'refused', // not in this pair
  'absent', // not in this version
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Reason and workaround are clauses without a full stop, so that a door can put them into a sentence of its own. */
export interface Ruling {
  readonly verdict: Verdict;
  readonly reason: string;
  /** What to do instead; {@link NO_WORKAROUND} when there is nothing. Null where nothing is missed. */
  readonly workaround: string | null;
}

export const NO_WORKAROUND = 'there is none';

/** Modes of a site that has a hub. */
export type LinkedMode = Exclude<ConnectivityMode, 'NotActivated'>;

export interface Rulings {
  readonly local: Readonly<Record<ConnectivityMode, Ruling>>;
  readonly hub: Readonly<Record<LinkedMode, Ruling>>;
}

/** Where an operation is asked for; `link` is what the site does by itself over the link. */
export type Door = 'command-line' | 'kubernetes' | 'registry' | 'node' | 'link' | 'hub' | 'arm' | 'portal' | 'share';

/** The areas, in the order in which they are shown. */
export const AREAS = [
  'site',
  'kubernetes',
  'access',
  'images',
  'network',
  'observability',
  'link',
  'planes',
  'certificates and clock',
  'clusters',
  'storage',
  'virtual machines',
  'edge services',
  'upkeep and support',
] as const;
export type Area = (typeof AREAS)[number];

export interface Operation {
  /** kebab-case, unique. */
  readonly name: string;
  readonly title: string;
  readonly area: Area;
  readonly doors: readonly Door[];
  /** Rows of the source documents, as `source-rows` lists them; none for an operation that they do not know. */
  readonly rows: readonly string[];
  /** What those rows said of a site without a link, in our words; empty without rows. */
  readonly said: string;
  readonly verdicts: Rulings;
}

export const OWN_SOURCE = 'our own: the source documents do not have it';

/** The rows an operation maps to, with what they said. */
export const sourceText = ({ rows, said }: Operation): string =>
  rows.length === 0 ? OWN_SOURCE : `${rows.join('; ')} (${said})`;

/** How many columns a list of names needs at most. */
export const NAME_LENGTH_MAX = 24;
