// kube of a pair: follows the log of whoever leads, and serves while holdfastd says so, until the time that it says. What has served once
// never stands by again: when its time is over the process ends at once, so nothing of it answers or writes any more, and a new one
// stands by.
//
//   following   told to serve             promoting   claims the log, reads the rest, starts to answer
//   promoting   it answers                serving
//   promoting   its time is over, or told to stop      the process ends
//   serving     its time is over, or told to stop      the process ends
import { messageOf, WorldError } from '#base';
import { type Cluster, type KubeOrder, type KubeSaid, ownNode, type Pair } from '#model/site';
import { machineTime } from '#platform/clock';
import { serveLines } from '#platform/socket';
import { objectIndex } from '#services/apiserver';
import { etcdClientOptions } from '#services/etcd-member';
import { keepResealed, type PkiFollower, siteSealing } from '#services/infrastructure';
import { LostNodes } from '#services/machines';
import { followEtcdStore, type StandbyStore, type StoreNotice } from '#store';
import type { AppStart } from '../site-files.ts';
import { clusterPrefix } from './cluster-prefix.ts';
import { type ServedCluster, type Serving, serveCluster } from './serve-cluster.ts';

export interface StandingBy {
  readonly start: AppStart;
  readonly pair: Pair;
  readonly cluster: Cluster;
  readonly certificates: PkiFollower;
  readonly audit: Serving['audit'];
  notice(notice: StoreNotice): void;
}

/** Milliseconds between two looks at the time that is left, and between two proofs of progress. */
const LEFT_LOOK_MS = 25;
const PROGRESS_LOOK_MS = 250;
const FOLLOW_RETRY_MS = 200;

type Index = ReturnType<typeof objectIndex>;

class Standby {
  readonly #of: StandingBy;
  readonly #store: StandbyStore<Index>;
  /** What the leadership holds while it is ours; the store compares it with every write. */
  readonly #leader: { key: string; value: string };
  #phase: 'following' | 'promoting' | 'serving' = 'following';
  #untilMs = 0;
  #progressMs: number | undefined;
  readonly #lost = new LostNodes();
  #served: ServedCluster | undefined;

  constructor(of: StandingBy, store: StandbyStore<Index>, leader: { key: string; value: string }) {
    this.#of = of;
    this.#store = store;
    this.#leader = leader;
    setInterval(() => this.#lookAtTime(), LEFT_LOOK_MS).unref();
    this.#proveProgress();
  }

  /** What holdfastd says now, and what it is told. */
  obey(order: KubeOrder): KubeSaid {
    if (order.kind === 'serve') {
      this.#untilMs = order.untilMs;
      this.#lost.set(order.lost);
      if (this.#phase === 'following') void this.#serve(order.leadership);
    } else if (order.kind === 'stop' && this.#phase !== 'following') this.#end('it was told to stop');
    const isOurs = this.#phase !== 'following';
    const forecast = this.#served?.forecast();
    return {
      serving: this.#phase === 'serving',
      followed: isOurs || this.#store.state === 'read-only',
      ...(this.#progressMs !== undefined && { progressMs: this.#progressMs }),
      ...(isOurs && { untilMs: this.#untilMs }),
      ...(forecast && { forecast }),
    };
  }

  async stop(): Promise<void> {
    await this.#served?.stop();
    await this.#store.close();
  }

  async #serve(leadership: { readonly key: string; readonly value: string }): Promise<void> {
    const { start, certificates, audit } = this.#of;
    this.#phase = 'promoting';
    Object.assign(this.#leader, leadership);
    try {
      await this.#store.promote();
      const mayServe = (): boolean => machineTime.bootMs() < this.#untilMs;
      this.#served = await serveCluster({
        start,
        store: this.#store,
        certificates,
        audit,
        pair: { lost: this.#lost, mayServe },
      });
      this.#phase = 'serving';
      const { folders, clock, log } = start;
      keepResealed({ store: this.#store, file: folders.resealFile, clock, log });
    } catch (error) {
      this.#end(`it cannot serve: ${messageOf(error)}`);
    }
  }

  #lookAtTime(): void {
    if (this.#phase !== 'following' && machineTime.bootMs() >= this.#untilMs) this.#end('its time is over');
  }

  #end(why: string): never {
    this.#of.start.log.warn('this process ends, and a new one stands by', { why });
    process.exit(0);
  }

  /** A majority of etcd has vouched that the log is still ours, and this process has got round to asking and to hearing it. */
  #proveProgress(): void {
    const again = (): void => void setTimeout(() => this.#proveProgress(), PROGRESS_LOOK_MS).unref();
    const asked = this.#store.state === 'open' ? this.#store.ping() : Promise.reject(new Error('the log is not ours'));
    asked
      .then(() => {
        if (this.#store.state === 'open') this.#progressMs = machineTime.bootMs();
      })
      .catch((error: unknown) => this.#of.start.log.debug('no progress', { error }))
      .finally(again);
  }
}

async function follow(of: StandingBy, leader: { key: string; value: string }): Promise<StandbyStore<Index>> {
  const { start, pair, cluster, certificates, notice } = of;
  for (;;)
    try {
      return await followEtcdStore({
        ...etcdClientOptions({ pair, self: ownNode(start.site) }, certificates.pki, 'master'),
        prefix: clusterPrefix(cluster),
        leader,
        identity: crypto.randomUUID(),
        index: objectIndex,
        sealing: siteSealing(start.folders),
        notice,
      });
    } catch (error) {
      if (!(error instanceof WorldError && error.code === 'Unavailable')) throw error;
      await start.clock.sleep(FOLLOW_RETRY_MS);
    }
}

/** Resolves when it stands by. */
export async function standBy(of: StandingBy): Promise<{ stop(): Promise<void> }> {
  const { start } = of;
  const leader = { key: '/holdfast/site/control', value: 'nobody' };
  const standby = new Standby(of, await follow(of, leader), leader);
  const server = await serveLines(start.folders.kubeSocket, async function* (order) {
    yield standby.obey(order as KubeOrder);
  });
  const liveness = await start.ready();
  return {
    stop: async () => {
      await Promise.all([server.close(), liveness.close()]);
      await standby.stop();
    },
  };
}
