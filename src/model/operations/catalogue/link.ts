// Operations of the link between site and hub.
import type { Operation } from '../operation.ts';
import { locally, queued, refused, withoutHub, works } from '../ruling.ts';
import { byLink, byStanding, everywhere } from '../rulings.ts';

const activated = refused(
  'the site is activated already',
  'see its hub with holdfast link status; an identity that has ended is taken in again at the hub: holdfast hub approve SITE',
);

export const LINK_OPERATIONS: readonly Operation[] = [
  {
    name: 'link-activate',
    title: 'activate the site: enrol it with a hub',
    area: 'link',
    doors: ['command-line'],
    rows: ['appliance: Arc Gateway'],
    said: 'a gateway that narrows what must be reachable outside is not supported; a site needs just its one hub',
    verdicts: byLink({
      never: works('the site enrols with its own key; the hub must be reachable at that moment'),
      connected: activated,
      away: activated,
    }),
  },
  {
    name: 'link-status',
    title: 'see the state of the link',
    area: 'link',
    doors: ['command-line', 'kubernetes'],
    rows: [],
    said: '',
    verdicts: everywhere(locally('the site keeps plane, mode, last contact and their history')),
  },
  {
    name: 'link-deactivate',
    title: 'leave the hub',
    area: 'link',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: (() => {
      const left = locally('the site is its own again; the hub keeps it in its list until it is removed there');
      return byLink({ never: withoutHub, connected: left, away: left });
    })(),
  },
  {
    name: 'link-cut',
    title: 'cut the link and restore it, to practise',
    area: 'link',
    doors: ['command-line'],
    rows: [],
    said: '',
    verdicts: (() => {
      const done = locally('the site stops dialling out until the link is restored');
      return byLink({ never: withoutHub, connected: done, away: done });
    })(),
  },
  {
    name: 'heartbeat',
    title: 'heartbeats with a summary of the site',
    area: 'link',
    doors: ['link'],
    rows: ['arc: heartbeat', 'arc: metadata'],
    said: 'agents send heartbeats and facts of the cluster; after 15 minutes without one it counts as offline',
    verdicts: byLink({
      never: withoutHub,
      connected: works('one a minute, unless set otherwise, with the revision of the desired state in its answer'),
      away: queued(
        'the newest is tried again with growing pauses; those missed are not made up, since each tells it all',
      ),
    }),
  },
  {
    name: 'link-identity',
    title: "renew the site's identity at the hub",
    area: 'link',
    doors: ['link'],
    rows: ['arc: identity certificate'],
    said: 'the identity lasts 90 days and is renewed from day 46 on; past its end the cluster must be connected anew',
    verdicts: byLink({
      never: withoutHub,
      connected: works('90 days, renewed from day 45 at every contact'),
      away: queued(
        'it is renewed at the next contact; past its end the hub shows Expired, and nothing local stops',
        'after its end, at the hub: holdfast hub approve SITE',
      ),
    }),
  },
  {
    name: 'desired-state',
    title: "apply the hub's desired state (GitOps)",
    area: 'link',
    doors: ['link', 'hub'],
    rows: ['arc: GitOps'],
    said: 'agents pull the configuration; without a connection changes wait, and what was fetched stays in force',
    verdicts: byStanding({
      never: withoutHub,
      local: {
        connected: queued(
          'on the local plane the site shows what differs and applies nothing over its own changes',
          'give the plane back: holdfast plane give',
        ),
        away: queued('new revisions come with the link, and are applied when the plane is given back', 'use kubectl'),
      },
      hub: {
        connected: works('a new revision is applied once, with pruning; drift is shown and put right'),
        away: queued(
          'what was applied last is kept so; a new revision waits for the link',
          'take the local plane and change it here: holdfast plane take --reason WHY',
        ),
      },
    }),
  },
  {
    name: 'journal-delivery',
    title: 'deliver what happened to the hub, in order and once',
    area: 'link',
    doors: ['link'],
    rows: [],
    said: '',
    verdicts: byLink({
      never: queued('the journal is kept here within its bounds, and delivered once the site has a hub'),
      connected: works('records are delivered as they come'),
      away: queued('the journal is kept here within its bounds, and delivered in order when the link is back'),
    }),
  },
];
