// The forecast of a pair where the API server needs it before there is one: it is worked out of caches that the server itself feeds, so until
// then every pod is let in.
import { siteSettings } from '#host';
import { type ForecastBreach, type Pair, type PairForecast, type SiteFolders, settingNow } from '#model/site';
import type { ApiServerOptions } from '#services/apiserver';
import { forecastGauges, type KeptForecast, keepForecast } from '#services/forecast';

type Door = NonNullable<ApiServerOptions['forecast']>;
type Keeping = Parameters<typeof keepForecast>[0];

export class ForecastOfPair {
  readonly #of: { readonly pair: Pair; readonly folders: SiteFolders };
  #kept: KeptForecast | undefined;
  readonly gauges = forecastGauges(() => this.told());
  readonly door: Door = {
    breach: () => this.#kept?.breach() ?? 'warn',
    judge: (pod) => this.#kept?.judge(pod),
    admitted: (pod, despite) => this.#kept?.admitted(pod, despite),
  };

  constructor(of: { pair: Pair; folders: SiteFolders }) {
    this.#of = of;
  }

  /** Begins, once there are caches. */
  keep(of: Omit<Keeping, 'nodes' | 'settings'>): KeptForecast {
    const { pair, folders } = this.#of;
    const settings = () => {
      const { settings: set } = siteSettings(folders);
      const breach = settingNow<ForecastBreach>(set, 'forecastBreach');
      return { breach, budgetPercent: settingNow<number>(set, 'nodeBudgetPercent') };
    };
    this.#kept = keepForecast({ ...of, nodes: pair.nodes.map(({ name }) => name), settings });
    return this.#kept;
  }

  told(): PairForecast | undefined {
    return this.#kept?.told();
  }

  async stop(): Promise<void> {
    await this.#kept?.stop();
  }
}
