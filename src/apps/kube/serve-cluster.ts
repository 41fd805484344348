// Serves the site's cluster on a store that takes writes: API server, controllers and scheduler, which share one object cache.
import { present } from '#base';
import type { Client } from '#client';
import { connectivitySettings } from '#engine/connectivity';
import { ensureRegistryAccounts, siteSettings, siteStanding } from '#host';
import {
  type Machine,
  NODE_PORT_RANGE,
  ownNode,
  type PairForecast,
  registryHosts,
  settingNow,
  siteFolders,
  voterOf,
  workerHere,
} from '#model/site';
import { type Controller, eventRecorder, runControllers } from '#reconcile';
import { type ApiServer, type ApiServerOptions, startApiServer, type UserInfo } from '#services/apiserver';
import { clusterDefaultsController } from '#services/cluster-defaults';
import { startControllers } from '#services/controllers';
import { broughtInto } from '#services/desired-state';
import { openRevocations, type PkiFollower } from '#services/infrastructure';
import { loadBalancerController } from '#services/load-balancer';
import { type LostNodes, lostMachinesController, machineNodesController } from '#services/machines';
import { rebalanceController } from '#services/rebalance';
import { pullSecretController } from '#services/registry';
import { startScheduler } from '#services/scheduler';
import { type StandingSource, standingController, standingGauges, standingSource } from '#services/standing';
import type { AppStart } from '../site-files.ts';
import type { openSiteJournal } from '../site-journal.ts';
import { apiCredentials } from './credentials.ts';
import { ForecastOfPair } from './pair-forecast.ts';

export interface Serving {
  readonly start: AppStart;
  readonly store: ApiServerOptions['store'];
  readonly certificates: PkiFollower;
  readonly audit: ReturnType<typeof openSiteJournal>['audit'];
  /** Of a pair: nodes that are lost, and whether this one may answer now. */
  readonly pair?: { readonly lost: LostNodes; mayServe(): boolean };
}

const privileged = (name: string): UserInfo => ({ name, groups: ['system:masters', 'system:authenticated'] });

/** What stands around the cluster: where the site stands to its hub, and of a pair the forecast. */
interface Around {
  readonly standing: StandingSource;
  readonly forecast: ForecastOfPair | undefined;
}

export interface ServedCluster {
  /** Of a pair, once it was worked out. */
  forecast(): PairForecast | undefined;
  stop(): Promise<void>;
}

/** Resolves when the API answers and everything that reconciles runs. */
export async function serveCluster(of: Serving): Promise<ServedCluster> {
  const { folders, site, clock } = of.start;
  const standing = standingSource({
    folders: [folders.link, folders.state],
    file: folders.connectivityFile,
    createdAt: site.createdAt,
    clock,
    settings: () => connectivitySettings(siteSettings(folders).settings),
  });
  const around: Around = { standing, forecast: site.pair && new ForecastOfPair({ pair: site.pair, folders }) };
  const server = await answer(of, around);
  const reconciling = await reconcile(of, server, around);
  return {
    forecast: () => around.forecast?.told(),
    stop: async () => {
      standing.close();
      await Promise.all(reconciling.map((one) => one.stop()));
      await around.forecast?.stop();
      await server.stop();
    },
  };
}

/** The API server, which follows the site's certificates and revocations. */
async function answer(of: Serving, { standing, forecast }: Around): Promise<ApiServer> {
  const { start, store, certificates, audit, pair } = of;
  const { site, folders, clock, log } = start;
  const cluster = present(site.clusters[0], 'a site has its own cluster');
  const revocations = openRevocations({ file: folders.usersFile, log });
  const { apiAddress: host } = site.network;
  const { api: port, dashboard, registry } = site.ports;
  const credentials = apiCredentials(certificates.pki);
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
    gauges: [...standingGauges(standing), ...(forecast?.gauges ?? [])],
    ...(forecast && { forecast: forecast.door }),
    ...(pair && { mayServe: () => pair.mayServe() }),
    clock,
    log,
  });
  log.info('the API answers', { host, port });
  certificates.follow(apiCredentials, credentials, (changed) => server.setCredentials(changed));
  certificates.onChange(() => {
    if (revocations.reload()) server.cutRefused();
  });
  return server;
}

/** What a pair has besides: the forecast of losses, and the move back after a return. */
function pairControllers(
  { start }: Serving,
  client: Client,
  { forecast, lost, standing }: { forecast: ForecastOfPair; lost: LostNodes; standing: Around['standing'] },
): Controller[] {
  const { site, folders, clock, log } = start;
  const { machines } = site;
  const kept = forecast.keep({ client, clock, log, machines, lost, settingsChanged: standing.cache });
  const events = eventRecorder({ client, clock, log, component: 'rebalance' });
  const isOn = (): boolean => settingNow<boolean>(siteSettings(folders).settings, 'rebalanceAfterReturn');
  return [kept.controller, rebalanceController({ client, machines, clock, events, look: () => kept.look(), isOn })];
}

/** Controllers and scheduler. */
async function reconcile(
  of: Serving,
  server: ApiServer,
  { standing, forecast }: Around,
): Promise<readonly { stop(): Promise<void> }[]> {
  const { start, certificates, pair } = of;
  const { site, folders, clock, log } = start;
  const { machines } = site;
  const cluster = present(site.clusters[0], 'a site has its own cluster');
  const client = server.client(privileged('system:kube-controller-manager'));
  const { people } = ensureRegistryAccounts(folders);
  // A node that is not this one has a folder of its own, on its own machine.
  const volumeFolder = ({ node, name }: Machine): string => {
    const other = site.pair && node !== ownNode(site) ? siteFolders(voterOf(site.pair, node).data) : folders;
    return other.machineVolumes(name);
  };
  const [controllers, scheduler] = await Promise.all([
    startControllers({
      client,
      clock,
      log,
      rootCaPem: () => certificates.pki.anchor('kubernetes-servers'),
      podCidr: cluster.podCidr,
      // A volume made before its node says where its volumes go stands in the worker's folder all the same.
      nodeLocalFolder: folders.machineVolumes(workerHere(site).name),
    }),
    startScheduler({ client: server.client(privileged('system:kube-scheduler')), clock, log }),
  ]);
  const siteControllers = runControllers(
    [
      machineNodesController({ client, machines, volumeFolder }),
      clusterDefaultsController({ client, dnsAddress: cluster.dnsAddress, replicatedVolumes: site.pair !== undefined }),
      loadBalancerController({ client, pool: site.network.serviceIps, clock, log }),
      pullSecretController({ client, hosts: registryHosts(site), ...people }),
      standingController({ client, source: standing, clock }),
      ...(pair ? [lostMachinesController({ client, machines, lost: pair.lost, clock })] : []),
      ...(pair && forecast ? pairControllers(of, client, { forecast, lost: pair.lost, standing }) : []),
    ],
    { clock, log },
  );
  log.info('controllers and scheduler run');
  return [controllers, scheduler, siteControllers];
}
