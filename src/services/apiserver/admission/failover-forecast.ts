// Keeps a site of two nodes able to lose one: a pod that would break the forecast is refused, or let in with a warning, as the site is set.
// Which pods that are, and in which words, is whoever forecasts to say.
import type { Pod } from '#model/kube';
import type { AdmissionPlugin } from '../contract.ts';
import { created, forbid } from './refusal.ts';

/** What the door has to know of the forecast. None may throw. */
export interface FailoverForecast {
  breach(): 'refuse' | 'warn';
  /** What the pod would break, in clauses; undefined when nothing. */
  judge(pod: Pod): readonly string[] | undefined;
  /** The pod is about to be written; `despite` what it breaks. */
  admitted(pod: Pod, despite: readonly string[] | undefined): void;
}

const WHAT = 'it would break the failover forecast';

/** Comes last: who is let in here is written. */
export function failoverForecast(forecast: FailoverForecast): AdmissionPlugin {
  return {
    name: 'FailoverForecast',
    validate(request) {
      const pod = created<Pod>(request, '', 'pods');
      if (!pod) return;
      const broken = forecast.judge(pod);
      if (broken && forecast.breach() === 'refuse') forbid(request, `${WHAT}: ${broken.join('; ')}`);
      if (broken) for (const clause of [`${WHAT}: ${broken[0]}`, ...broken.slice(1)]) request.warn(clause);
      if (!request.dryRun) forecast.admitted(pod, broken);
    },
  };
}
