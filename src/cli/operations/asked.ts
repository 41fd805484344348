// Which pairs of plane and mode a person asks about, from the options and from where the site stands.
import { nearestOf, WorldError } from '#base';
import { CONNECTIVITY_MODES, type ConnectivityMode, isLegalPair, PLANES, type Plane, type Standing } from '#model/site';

export interface AskedPairs {
  readonly plane?: string;
  readonly mode?: string;
}

export const LEGAL_PAIRS: readonly Standing[] = PLANES.flatMap((plane) =>
  CONNECTIVITY_MODES.filter((mode) => isLegalPair(plane, mode)).map((mode) => ({ plane, mode })),
);

/** The known word, whatever its case. Errors: WorldError `Invalid` with the nearest known. */
function known<T extends string>(what: string, word: string, all: readonly T[]): T {
  const found = all.find((one) => one.toLowerCase() === word.toLowerCase());
  if (found !== undefined) return found;
  const nearest = nearestOf(word, all);
  throw new WorldError('Invalid', `there is no ${what} ${word}`, {
    cure: nearest ? `did you mean ${nearest}?` : `there are: ${all.join(', ')}`,
  });
}

function parsed(asked: AskedPairs): { plane: Plane | undefined; mode: ConnectivityMode | undefined } {
  const plane = asked.plane === undefined ? undefined : known('plane', asked.plane, PLANES);
  const mode = asked.mode === undefined ? undefined : known('mode', asked.mode, CONNECTIVITY_MODES);
  if (plane !== undefined && mode !== undefined && !isLegalPair(plane, mode))
    throw new WorldError(
      'Invalid',
      `plane ${plane} with mode ${mode} cannot be: a site that was never activated has no hub`,
      {
        cure: 'ask for the plane local, or for another mode',
      },
    );
  return { plane, mode };
}

/** Every legal pair that fits what was asked for. */
export function askedPairs(asked: AskedPairs): Standing[] {
  const { plane, mode } = parsed(asked);
  return LEGAL_PAIRS.filter((p) => (plane ?? p.plane) === p.plane && (mode ?? p.mode) === p.mode);
}

/** The one pair that is asked about: what is not said is as the site stands, as far as that is possible. */
export function askedStanding(asked: AskedPairs, now: Standing): Standing {
  const { plane = now.plane, mode = now.mode } = parsed(asked);
  if (isLegalPair(plane, mode)) return { plane, mode };
  if (asked.mode !== undefined) return { plane: 'local', mode };
  throw new WorldError('Invalid', 'this site was never activated: the plane hub needs a mode to be asked about', {
    cure: `add --mode ${CONNECTIVITY_MODES.filter((one) => isLegalPair('hub', one)).join(' or ')}`,
  });
}
