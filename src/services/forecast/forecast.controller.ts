// Works the forecast out when pods, nodes or volumes have changed, not more often than once a second, keeps it for whoever asks, and says by
// an event when a loss is not survived any more, or is again. While a node is away the events are silent: its loss has its own.
import type { ObjectCache } from '#client';
import { breachClauses, type Forecast } from '#engine/scheduling';
import type { KubeObject } from '#model/kube';
import type { PairForecast } from '#model/site';
import type { Clock } from '#platform/clock';
import type { Controller, EventRecorder } from '#reconcile';
import { FORECAST_EVERY_MS } from './limits.ts';
import { type LiveView, NODES } from './live-view.ts';
import { nodeMatters, podMatters } from './matters.ts';
import { type ForecastSettings, pairForecast } from './pair-forecast.ts';

export interface ForecastOptions {
  readonly live: LiveView;
  readonly nodes: readonly string[];
  readonly clock: Clock;
  readonly events: EventRecorder;
  /** Tell when what is not the cluster's has changed: settings, nodes that are lost. */
  readonly others: readonly ObjectCache<KubeObject>[];
  settings(): ForecastSettings;
  worked(forecast: PairForecast): void;
}

const KEY = 'forecast';

export function forecastController(of: ForecastOptions): Controller {
  const { live, nodes, clock, events } = of;
  const { caches } = live;
  const survived = new Map<string, boolean>();
  let lastMs: number | undefined;

  const tell = (forecast: Forecast, survives: boolean): void => {
    const before = survived.get(forecast.loss);
    survived.set(forecast.loss, survives);
    if (before === survives || (before === undefined && survives)) return;
    for (const name of live.pinnedTo(forecast.loss)) {
      const node = caches.nodes.get({ name });
      if (!node) continue;
      if (survives) {
        const message = `the loss of ${forecast.loss} would be survived again: every pod would have a place`;
        events.recordEvent(NODES, node, { type: 'Normal', reason: 'FailoverForecastHolds', message });
      } else {
        const message = breachClauses(forecast).join('; ');
        events.recordEvent(NODES, node, { type: 'Warning', reason: 'FailoverForecastBroken', message });
      }
    }
  };

  const only =
    <C>(does: (change: C) => boolean) =>
    (change: C): string[] =>
      does(change) ? [KEY] : [];
  return {
    name: 'failover-forecast',
    watches: [
      { cache: caches.nodes, keys: only(nodeMatters) },
      { cache: caches.pods, keys: only(podMatters) },
      ...[caches.claims, caches.volumes, caches.classes, ...of.others].map((cache: ObjectCache<KubeObject>) => ({
        cache,
        keys: () => [KEY],
      })),
    ],
    reconcile: async () => {
      const now = clock.monotonicMs();
      const restMs = lastMs === undefined ? 0 : lastMs + FORECAST_EVERY_MS - now;
      if (restMs > 0) return { againAfterMs: restMs };
      lastMs = now;
      const looked = live.look();
      const { told, forecasts } = pairForecast(looked, nodes, of.settings());
      of.worked(told);
      if (looked.whole) for (const forecast of forecasts) tell(forecast, forecast.survives);
      return undefined;
    },
  };
}
