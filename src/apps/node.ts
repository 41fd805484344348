// The app `node`: node agent, service proxy, DNS and pod network of one machine.
import { present } from '#base';
import { httpClient } from '#client';
import { callSupervisor, ensureRegistryAccounts } from '#host';
import { machineCgroup, PODS_PER_MACHINE, registryHosts } from '#model/site';
import { diskBytes, makeFolder, readTextIfPresent } from '#platform/disk';
import { volumeAnswers } from '#platform/gluster';
import { SHORT_PATIENCE } from '#platform/http';
import { interfaceList } from '#platform/net';
import { systemNft } from '#platform/nft';
import { systemRouting } from '#platform/route';
import { serversOf, startDns } from '#services/dns';
import { followPki, type Pki } from '#services/infrastructure';
import { containerdName, containerdSocket, PAUSE_IMAGE } from '#services/machines';
import { startNodeAgent } from '#services/node-agent';
import { startPodNetwork } from '#services/pod-network';
import { startServiceProxy } from '#services/service-proxy';
import { appStart, stopOnSignal } from './site-files.ts';

const start = appStart('node');
const { site, folders, clock, log, ready } = start;
const machine = present(
  site.machines.find(({ name }) => name === start.machine),
  'the machine stands in site.json',
);
const cluster = present(site.clusters[0], 'a site has its own cluster');
const certificates = followPki({ folder: folders.pki, clock, log });
const real = site.runtime === 'containerd';
const state = folders.machineState(machine.name);
const run = folders.machineRun(machine.name);
for (const folder of [folders.machineAgent(machine.name), `${state}/static-pods`, `${state}/cni`]) makeFolder(folder);
// The API answers inside of its own machine by the loopback address too, which no rule of the service proxy touches.
const apiHost = machine.role === 'master' ? '127.0.0.1' : site.network.apiAddress;
const clientTls = (pki: Pki) => ({ caPem: pki.anchor('kubernetes-servers'), ...pki.leaf(`${machine.name}-client`) });
const serverTls = (pki: Pki) => ({ ...pki.leaf(`${machine.name}-server`), clientCaPem: pki.anchor('node-clients') });
const usedByClient = clientTls(certificates.pki);
const usedByServer = serverTls(certificates.pki);
const client = httpClient({
  server: `https://${apiHost}:${site.ports.api}`,
  ...usedByClient,
  userAgent: `holdfast-node/${machine.name}`,
  // The API of a pair may come to stand on the other node.
  ...(site.pair && { patience: SHORT_PATIENCE }),
  clock,
  log,
});
certificates.follow(clientTls, usedByClient, (tls) => client.setCredentials(tls));
/** Has holdfastd start the machine's containerd, where it does not run yet. */
async function ensureContainerd(): Promise<void> {
  for await (const answer of callSupervisor(folders, { verb: 'ensure', process: containerdName(machine) }))
    if (answer.kind === 'done') return;
}

const port = real ? site.ports.nodeAgent : site.ports.nodeAgent + site.machines.indexOf(machine);
const agent = await startNodeAgent({
  nodeName: machine.name,
  address: machine.address,
  listen: { host: machine.address, port },
  tls: usedByServer,
  clientCaPem: usedByServer.clientCaPem,
  client,
  folder: folders.machineAgent(machine.name),
  containerdSocket: containerdSocket(folders, machine),
  sandboxImage: PAUSE_IMAGE,
  ensureRuntime: real ? ensureContainerd : undefined,
  cgroupRoot: machineCgroup(site, machine),
  capacity: {
    cpuMillis: machine.cpuMillis,
    memoryBytes: machine.memoryBytes,
    pods: PODS_PER_MACHINE,
    ephemeralBytes: diskBytes(folders.data),
  },
  labels: { 'topology.kubernetes.io/zone': machine.node },
  taints: machine.role === 'master' ? [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] : [],
  staticPodFolder: `${state}/static-pods`,
  volumeFolder: folders.machineVolumes(machine.name),
  ...(site.pair && {
    replicatedVolumes: {
      folder: folders.replicatedVolumes,
      answers: () => volumeAnswers(folders.replicatedVolumes),
    },
  }),
  registry: {
    address: `${site.network.doorAddress}:${site.ports.registry}`,
    caPem: () => certificates.pki.anchor('front-doors'),
    ownNames: new Set(registryHosts(site)),
    account: ensureRegistryAccounts(folders).node,
  },
  clusterDns: cluster.dnsAddress,
  clusterDomain: cluster.dnsDomain,
  runtime: site.runtime,
  gitVersion: cluster.kubernetesVersion,
  clock,
  log,
});
certificates.follow(serverTls, usedByServer, (tls) => agent.setCredentials(tls));
const liveness = await ready();

const parts: { stop(): Promise<void> }[] = [agent];
if (real) {
  const common = { client, nodeName: machine.name, clock, log };
  parts.push(
    startPodNetwork({
      ...common,
      device: 'eth0',
      cniConfDir: `${state}/cni`,
      cniDataDir: `${run}/ipam`,
      mtu: (await interfaceList()).find(({ name }) => name === 'eth0')?.mtu ?? 1500,
      pool: site.network.serviceIps,
      dnsAddress: cluster.dnsAddress,
      routing: systemRouting,
    }),
    startServiceProxy({ ...common, podCidr: cluster.podCidr, ownAddresses: [cluster.dnsAddress], nft: systemNft }),
    await startDns({
      client,
      listen: { host: cluster.dnsAddress, port: 53 },
      domain: cluster.dnsDomain,
      upstreams: () => serversOf(readTextIfPresent('/etc/resolv.conf') ?? '', [cluster.dnsAddress]),
      clock,
      log,
    }),
  );
}
stopOnSignal(log, async () => {
  certificates.close();
  await Promise.all([liveness.close(), ...parts.map((part) => part.stop())]);
  client.close();
});
