// The store of a site of one node: its own database. On one that was one of two it may still stand in etcd, or be on its way; then it is
// served from there, and moves home meanwhile.
import { messageOf, WorldError } from '#base';
import { type Cluster, ownNode } from '#model/site';
import { isPresent, writeFileAtomic } from '#platform/disk';
import { objectIndex } from '#services/apiserver';
import { etcdClientOptions } from '#services/etcd-member';
import { type PkiFollower, siteSealing } from '#services/infrastructure';
import {
  etcdPlace,
  type Located,
  locateStore,
  openEtcdStore,
  openSqliteStore,
  type Store,
  type StoreNotice,
  sqlitePlace,
} from '#store';
import type { AppStart } from '../site-files.ts';
import { clusterPrefix } from './cluster-prefix.ts';

export interface OwnStoreOptions {
  readonly start: AppStart;
  readonly cluster: Cluster;
  readonly certificates: PkiFollower;
  notice(notice: StoreNotice): void;
}

export interface OwnStore {
  readonly store: Store<ReturnType<typeof objectIndex>>;
  /** Brings it home; resolves at once where it is. */
  settle(): Promise<void>;
}

const RETRY_MS = 1_000;

export async function openOwnStore(of: OwnStoreOptions): Promise<OwnStore> {
  const { start, cluster, notice } = of;
  const { site, folders } = start;
  const sqlite = {
    folder: folders.clusterState(cluster.name),
    notice,
    // What was sealed once stays so.
    ...(site.alone && { sealing: siteSealing(folders) }),
  };
  if (!site.alone || !isPresent(folders.etcd))
    return { store: await openSqliteStore({ ...sqlite, index: objectIndex }), settle: async () => undefined };
  const etcd = { ...formerEtcd(of), notice };
  const { place, finishes } = await untilThere(of, () => locateStore(etcdPlace(etcd), sqlitePlace(sqlite)));
  const isHome = (): void => writeFileAtomic(folders.storeIsHome, '');
  if (place === 'there') {
    const store = await openSqliteStore({ ...sqlite, ...finishing(finishes), index: objectIndex });
    return { store, settle: async () => isHome() };
  }
  const store = await untilThere(of, () => openEtcdStore({ ...etcd, ...finishing(finishes), index: objectIndex }));
  return {
    store,
    settle: async () => {
      await moveHome(of, () => store.moveTo(sqlitePlace(sqlite)));
      isHome();
    },
  };
}

const finishing = (finishes: Located['finishes']) => (finishes === undefined ? {} : { finishes });

/** The member on this node, and no other: there is none any more. */
function formerEtcd({ start, cluster, certificates }: OwnStoreOptions) {
  const { site, folders } = start;
  const pair = site.alone?.formerly;
  if (!pair) throw new WorldError('Failed', 'the site was never one of two nodes');
  const options = etcdClientOptions({ pair, self: ownNode(site) }, certificates.pki, 'master');
  return {
    ...{ ...options, endpoints: options.endpoints.slice(0, 1) },
    prefix: clusterPrefix(cluster),
    identity: crypto.randomUUID(),
    sealing: siteSealing(folders),
  };
}

/** etcd starts beside this process. */
async function untilThere<T>({ start }: OwnStoreOptions, act: () => Promise<T>): Promise<T> {
  for (;;)
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof WorldError && error.code === 'Unavailable')) throw error;
      start.log.debug('etcd does not answer yet', { error });
      await start.clock.sleep(RETRY_MS / 5);
    }
}

/** As often as it takes: whatever fails leaves the store where it is, which goes on. */
async function moveHome({ start }: OwnStoreOptions, move: () => Promise<unknown>): Promise<void> {
  const { log, clock } = start;
  for (;;)
    try {
      log.info('the store has moved', { moved: await move() });
      return;
    } catch (error) {
      log.warn('the store did not move yet', { error: messageOf(error) });
      await clock.sleep(RETRY_MS);
    }
}
