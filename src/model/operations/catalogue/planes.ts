// Operations on planes, and on what the hub owns beside objects.
import type { Operation } from '../operation.ts';
import { locally, refused, works } from '../ruling.ts';
import { byStanding, everywhere, hubOwned } from '../rulings.ts';

const activate = 'activate the site first: holdfast link activate --hub URL --token TOKEN';

export const PLANE_OPERATIONS: readonly Operation[] = [
  {
    name: 'plane-show',
    title: 'see who may change what the hub owns',
    area: 'planes',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally('the plane is declared and kept at the site')),
  },
  {
    name: 'plane-take',
    title: 'take the local plane, with a reason',
    area: 'planes',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: (() => {
      const already = locally('the plane is the local one already; nothing changes');
      const taken = locally("the site's changes win from now on; the reason is audited, and the hub hears it");
      return byStanding({
        never: refused('a site without a hub is its own already', 'change what you want: nobody else owns anything'),
        local: { connected: already, away: already },
        hub: { connected: taken, away: taken },
      });
    })(),
  },
  {
    name: 'plane-give',
    title: 'give the plane back to the hub',
    area: 'planes',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: byStanding({
      never: refused('the site was never activated: there is no hub to give the plane to', activate),
      local: {
        connected: works('both sides show what differs, and the operator of the hub chooses object by object'),
        away: locally('it counts at once here; what differs is shown and settled when the link is back'),
      },
      hub: {
        connected: works("the plane is the hub's already; nothing changes"),
        away: locally("the plane is the hub's already; nothing changes"),
      },
    }),
  },
  {
    name: 'settings-show',
    title: 'see the settings of the site',
    area: 'planes',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: everywhere(locally('settings are kept at the site')),
  },
  {
    name: 'site-settings',
    title: 'change the settings of the site',
    area: 'planes',
    doors: ['command-line', 'hub'],
    rows: [],
    said: '',
    verdicts: hubOwned({
      what: 'the settings of the site',
      connected: 'the change is taken; settings that the desired state names are put right by its next pass',
    }),
  },
];
