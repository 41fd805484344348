// Ways to say one verdict with its reason and workaround.
import { NO_WORKAROUND, type Ruling } from './operation.ts';

export const works = (reason: string): Ruling => ({ verdict: 'works', reason, workaround: null });
export const locally = (reason: string, workaround: string | null = null): Ruling => ({
  verdict: 'works-locally',
  reason,
  workaround,
});
export const queued = (reason: string, workaround = NO_WORKAROUND): Ruling => ({
  verdict: 'queued',
  reason,
  workaround,
});
export const refused = (reason: string, workaround = NO_WORKAROUND): Ruling => ({
  verdict: 'refused',
  reason,
  workaround,
});

/** No hub to do it with: what every operation of the link answers before activation. */
export const withoutHub = refused(
  'the site was never activated: it has no hub',
  'activate it: holdfast link activate --hub URL --token TOKEN',
);
