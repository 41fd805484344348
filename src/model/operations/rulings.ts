// Ways to say the verdicts of an operation for all seven pairs at once.
import { NO_WORKAROUND, type Ruling, type Rulings } from './operation.ts';
import { locally, refused, works } from './ruling.ts';

/** By plane, and by whether the link is there. */
interface ByStanding {
  readonly never: Ruling;
  readonly local: { readonly connected: Ruling; readonly away: Ruling };
  readonly hub: { readonly connected: Ruling; readonly away: Ruling };
}

export function byStanding({ never, local, hub }: ByStanding): Rulings {
  const linked = ({ connected, away }: { connected: Ruling; away: Ruling }) => ({
    Connected: connected,
    SemiConnected: away,
    Disconnected: away,
  });
  return { local: { NotActivated: never, ...linked(local) }, hub: linked(hub) };
}

export const everywhere = (ruling: Ruling): Rulings =>
  byStanding({ never: ruling, local: { connected: ruling, away: ruling }, hub: { connected: ruling, away: ruling } });

/** The same on both planes. */
export function byLink(of: { never: Ruling; connected: Ruling; away: Ruling }): Rulings {
  return byStanding({ never: of.never, local: of, hub: of });
}

/** Changing what the hub owns: the site's own on the local plane, nobody's on the hub's plane while the link is away. */
export function hubOwned(of: { what: string; connected: string }): Rulings {
  const free = locally(`on the local plane ${of.what} are the site's to change, until the plane is given back`);
  return byStanding({
    never: locally(`without a hub ${of.what} are the site's own`),
    local: { connected: free, away: free },
    hub: {
      connected: works(of.connected),
      away: refused(
        `the hub owns ${of.what} on this plane, and the link to it is away`,
        'take the local plane: holdfast plane take --reason WHY',
      ),
    },
  });
}

/** Not in this version. `meant` says what the verdicts will be, `instead` what does the job today. */
export function notYet(of: { lacks: string; meant: string; instead?: string }): Rulings {
  return everywhere({
    verdict: 'absent',
    reason: `this version has no ${of.lacks}; meant: ${of.meant}`,
    workaround: of.instead ?? NO_WORKAROUND,
  });
}
