// Where the site stands, as numbers for whoever watches it by its metrics.
import { CONNECTIVITY_MODES } from '#model/site';
import type { StandingSource } from './standing-source.ts';

interface Gauge {
  readonly name: string;
  readonly help: string;
  read(): Iterable<readonly [labels: string, value: number]>;
}

export function standingGauges({ shown }: StandingSource): readonly Gauge[] {
  return [
    {
      name: 'holdfast_site_connectivity',
      help: 'Where the site stands to its hub: 1 for its plane and mode, 0 for every other mode.',
      read: () => {
        const { plane, mode } = shown();
        return CONNECTIVITY_MODES.map((one) => [`mode="${one}",plane="${plane}"`, one === mode ? 1 : 0] as const);
      },
    },
    {
      name: 'holdfast_site_last_contact_timestamp_seconds',
      help: 'When the hub last answered, seconds since 1970; absent before the first answer.',
      read: () => {
        const { lastContact } = shown();
        return lastContact === null ? [] : [['', Date.parse(lastContact) / 1000] as const];
      },
    },
    {
      name: 'holdfast_site_grace_days_left',
      help: 'Days until the link counts as gone; absent for a site without a hub.',
      read: () => {
        const { graceDaysLeft } = shown();
        return graceDaysLeft === null ? [] : [['', graceDaysLeft] as const];
      },
    },
  ];
}
