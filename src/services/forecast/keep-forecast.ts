// The forecast of a pair while its cluster is served: the controller that works it out, what it says now, and the judge of new pods.
import type { ObjectCache } from '#client';
import type { KubeObject, Pod } from '#model/kube';
import type { ForecastBreach, PairForecast } from '#model/site';
import type { Log } from '#platform/log';
import { type Controller, eventRecorder } from '#reconcile';
import { forecastController } from './forecast.controller.ts';
import { judgePod } from './judge-pod.ts';
import { tellLackingDevices } from './lacking-devices.ts';
import { type LiveOptions, LiveView, type Looked, PODS } from './live-view.ts';
import type { ForecastSettings } from './pair-forecast.ts';

export interface KeepForecastOptions extends LiveOptions {
  readonly log: Log;
  settings(): ForecastSettings;
  /** Tells when settings may have changed. */
  readonly settingsChanged: ObjectCache<KubeObject>;
}

export interface KeptForecast {
  readonly controller: Controller;
  /** Where every pod is now, and whether both nodes are there and take pods. */
  look(): Pick<Looked, 'view' | 'whole'>;
  /** Undefined until it was worked out once. */
  told(): PairForecast | undefined;
  /** What becomes of a pod that would break the forecast. */
  breach(): ForecastBreach;
  /** What the pod would break, in clauses; undefined when nothing. */
  judge(pod: Pod): readonly string[] | undefined;
  /** The pod is let in; `despite` what it breaks. */
  admitted(pod: Pod, despite: readonly string[] | undefined): void;
  stop(): Promise<void>;
}

export function keepForecast(of: KeepForecastOptions): KeptForecast {
  const { client, clock, log, nodes, lost, settings } = of;
  const live = new LiveView(of);
  const events = eventRecorder({ client, clock, log, component: 'failover-forecast' });
  const devices = tellLackingDevices({ live, lost, nodes, events });
  let told: PairForecast | undefined;
  const controller = forecastController({
    ...{ live, nodes, clock, events, settings },
    others: [of.settingsChanged, lost.cache],
    worked: (forecast) => {
      told = forecast;
    },
  });
  return {
    controller,
    look: () => live.look(),
    told: () => told,
    breach: () => settings().breach,
    judge: (pod) => judgePod({ live, nodes, budgetPercent: () => settings().budgetPercent }, pod),
    admitted: (pod, despite) => {
      live.admitted(pod);
      if (despite)
        events.recordEvent(PODS, pod, {
          type: 'Warning',
          reason: 'FailoverForecastBreach',
          message: despite.join('; '),
        });
    },
    stop: async () => {
      devices.close();
      live.close();
      await events.flush();
    },
  };
}
