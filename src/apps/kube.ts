// The app `kube`: API server, controllers and scheduler of the site's own cluster, together: they share one object cache. On a site of two
// nodes it stands by, until it is told to serve.
import { present } from '#base';
import { makeFolder } from '#platform/disk';
import { followPki } from '#services/infrastructure';
import type { StoreNotice } from '#store';
import { openOwnStore } from './kube/own-store.ts';
import { serveCluster } from './kube/serve-cluster.ts';
import { standBy } from './kube/stand-by.ts';
import { storeEvent } from './kube/store-event.ts';
import { appStart, stopOnSignal } from './site-files.ts';
import { openSiteJournal } from './site-journal.ts';

const start = appStart('kube');
const { site, folders, clock, log, ready } = start;
const certificates = followPki({ folder: folders.pki, clock, log });
const cluster = present(site.clusters[0], 'a site has its own cluster');
makeFolder(folders.clusterState(cluster.name));
makeFolder(folders.link);

const { journal, events, audit } = openSiteJournal({ folders, process: 'kube', clock, log });
const notice = (told: StoreNotice): void => {
  log[told.kind === 'state' ? 'info' : 'warn']('store', { ...told });
  const event = storeEvent(told);
  if (event) events.add({ subject: `${cluster.name} store`, ...event });
};

async function serveAlone(): Promise<{ stop(): Promise<void> }> {
  const { store, settle } = await openOwnStore({ start, cluster, certificates, notice });
  const served = await serveCluster({ start, store, certificates, audit });
  const liveness = await ready(() => store.ping());
  void settle();
  return {
    stop: async () => {
      await liveness.close();
      await served.stop();
      await store.close();
    },
  };
}

const running = site.pair
  ? await standBy({ start, pair: site.pair, cluster, certificates, audit, notice })
  : await serveAlone();
stopOnSignal(log, async () => {
  certificates.close();
  await running.stop();
  await journal.close();
});
