// Asks a running site what the loss of each of its nodes would cost.
import { WorldError } from '#base';
import type { PairForecast } from '#model/site';
import { openSite } from './site-file.ts';
import { callSupervisor } from './supervisor-call.ts';

export type NodeForecast =
  | { readonly kind: 'one-node' }
  /** Nobody controls, or whoever does has not worked it out yet. */
  | { readonly kind: 'not-yet' }
  | { readonly kind: 'pair'; readonly forecast: PairForecast };

/** Errors: WorldError `NotFound` when there is no site, `Unavailable` when it does not run. */
export async function nodeForecast(data: string): Promise<NodeForecast> {
  const { site, folders } = openSite(data);
  if (!site.pair) return { kind: 'one-node' };
  for await (const answer of callSupervisor(folders, { verb: 'forecast' }))
    if (answer.kind === 'forecast')
      return answer.forecast ? { kind: 'pair', forecast: answer.forecast } : { kind: 'not-yet' };
  throw new WorldError('Failed', 'holdfastd has given no answer to forecast');
}
