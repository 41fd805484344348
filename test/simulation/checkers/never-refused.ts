// Nothing local is ever refused for a certificate, a token or a clock, but a kubeconfig whose chosen life is truly over: not even
// programs that are not ours, which judge by the machine's clock.
import type { Life } from '../run.ts';
import { DAY_MS } from '../world.ts';
import { BelievedWrong } from './believed-wrong.ts';
import type { Checker } from './checkers.ts';

export function neverRefused({ shared, site }: Life): Checker {
  const wrong = new BelievedWrong();
  /** Kubeconfigs that were made while the time was wrong or in doubt. */
  const madeInDoubt = new Set<string>();
  return {
    name: 'never-refused',
    saw(observation) {
      wrong.saw(observation);
      const isInDoubt = wrong.is || site.view()?.clock.state.doubt !== undefined;
      const made = observation.kind === 'fault' && /"kubeconfig","name":"([^"]+)"/.exec(observation.text)?.[1];
      if (made && isInDoubt) madeInDoubt.add(made);
      if (observation.kind !== 'refused') return undefined;
      const { who, problem } = observation;
      const said = `${who.kind} ${who.name}: ${problem}`;
      if (who.kind !== 'person') return said;
      const isOver = shared.nowMs >= who.endMs - DAY_MS;
      if (problem.includes('authority')) return isOver ? undefined : said;
      return isOver || isInDoubt || madeInDoubt.has(who.name) ? undefined : said;
    },
  };
}
