// The app `kube`: API server, controllers and scheduler of the site's own cluster, together: they share one object cache.
import { present } from '#base';
import { connectivitySettings } from '#engine/connectivity';
import { siteSettings, siteStanding } from '#host';
import { NODE_PORT_RANGE, registryHosts } from '#model/site';
import { makeFolder } from '#platform/disk';
import { runControllers } from '#reconcile';
import { objectIndex, startApiServer, type UserInfo } from '#services/apiserver';
import { clusterDefaultsController } from '#services/cluster-defaults';
import { startControllers } from '#services/controllers';
import { broughtInto } from '#services/desired-state';
import { followPki, openRevocations } from '#services/infrastructure';
import { loadBalancerController } from '#services/load-balancer';
import { machineNodesController } from '#services/machines';
import { pullSecretController } from '#services/registry';
import { startScheduler } from '#services/scheduler';
import { standingController, standingGauges, standingSource } from '#services/standing';
import { openSqliteStore } from '#store';
import { apiCredentials } from './kube/credentials.ts';
import { storeEvent } from './kube/store-event.ts';
import { ensureRegistryAccounts } from './registry-accounts.ts';
import { appStart, stopOnSignal } from './site-files.ts';
import { openSiteJournal } from './site-journal.ts';

const { site, folders, clock, log, ready } = appStart('kube');
const certificates = followPki({ folder: folders.pki, clock, log });
const revocations = openRevocations({ file: folders.usersFile, log });
const cluster = present(site.clusters[0], 'a site has its own cluster');
const folder = folders.clusterState(cluster.name);
makeFolder(folder);
makeFolder(folders.link);

const { journal, events, audit } = openSiteJournal({ folders, process: 'kube', clock, log });
const store = await openSqliteStore({
  folder,
  index: objectIndex,
  notice: (notice) => {
    log[notice.kind === 'state' ? 'info' : 'warn']('store', { ...notice });
    const event = storeEvent(notice);
    if (event) events.add({ subject: `${cluster.name} store`, ...event });
  },
});
const { apiAddress: host } = site.network;
const { api: port, dashboard, registry } = site.ports;
const credentials = apiCredentials(certificates.pki);
const standing = standingSource({
  folders: [folders.link, folders.state],
  file: folders.connectivityFile,
  createdAt: site.createdAt,
  clock,
  settings: () => connectivitySettings(siteSettings(folders).settings),
});
const server = await startApiServer({
  store,
  // On a machine of its own the API also answers inside of it by the loopback address.
  listen: [host, '127.0.0.1']
    .filter((address, i, all) => all.indexOf(address) === i)
    .map((address) => ({ host: address, port })),
  ...credentials,
  isRevoked: (certificate) => revocations.isRevoked(certificate),
  serviceCidr: cluster.serviceCidr,
  nodePortRange: NODE_PORT_RANGE,
  reservedNodePorts: [dashboard, registry],
  advertise: { host, port },
  gitVersion: cluster.kubernetesVersion,
  hub: {
    standing: () => siteStanding(folders, clock.now()).standing,
    broughtInto: (namespace) => broughtInto(folders.desired, namespace),
  },
  audit: (request, options) => audit({ act: 'change', door: 'kubernetes', ...request }, options),
  gauges: standingGauges(standing),
  clock,
  log,
});
const liveness = await ready(() => store.ping());
log.info('the API answers', { host, port });
certificates.follow(apiCredentials, credentials, (changed) => server.setCredentials(changed));
certificates.onChange(() => {
  if (revocations.reload()) server.cutRefused();
});

const privileged = (name: string): UserInfo => ({ name, groups: ['system:masters', 'system:authenticated'] });
const client = server.client(privileged('system:kube-controller-manager'));
const { people } = ensureRegistryAccounts(folders);
// A volume made before its node says where its volumes go stands in the worker's folder all the same.
const worker = present(
  site.machines.find(({ role }) => role === 'worker'),
  'a site has a worker',
);
const nodeLocalFolder = folders.machineVolumes(worker.name);
const [controllers, scheduler] = await Promise.all([
  startControllers({
    client,
    clock,
    log,
    rootCaPem: () => certificates.pki.anchor('kubernetes-servers'),
    podCidr: cluster.podCidr,
    nodeLocalFolder,
  }),
  startScheduler({ client: server.client(privileged('system:kube-scheduler')), clock, log }),
]);
const siteControllers = runControllers(
  [
    machineNodesController({
      client,
      machines: site.machines,
      volumeFolder: (machine) => folders.machineVolumes(machine.name),
    }),
    clusterDefaultsController({ client, dnsAddress: cluster.dnsAddress }),
    loadBalancerController({ client, pool: site.network.serviceIps, clock, log }),
    pullSecretController({ client, hosts: registryHosts(site), ...people }),
    standingController({ client, source: standing, clock }),
  ],
  { clock, log },
);
log.info('controllers and scheduler run');

stopOnSignal(log, async () => {
  certificates.close();
  standing.close();
  await Promise.all([liveness.close(), controllers.stop(), scheduler.stop(), siteControllers.stop()]);
  await server.stop();
  await store.close();
  await journal.close();
});
