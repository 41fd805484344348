// Puts the parts of a node agent together.
import { type Cgroups, fakeCgroups, openCgroups } from '#platform/cgroup';
import { machineTime, onJump } from '#platform/clock';
import { type Cri, connectCri, fakeCri } from '#platform/cri';
import { makeFolder } from '#platform/disk';
import { readHostFacts } from '#platform/host-facts';
import { fakeMounts, openMounts } from '#platform/mount';
import { openProber, type Prober } from '#platform/probe';
import { eventRecorder } from '#reconcile';
import { type AgentContext, PODS, SERVICES } from './context.ts';
import { openImages } from './images/images.ts';
import { registryWords } from './images/registry-words.ts';
import { startHousekeeping } from './node/housekeeping.ts';
import { allocatableOf } from './node/node-object.ts';
import { nodeReporter } from './node/node-reporter.ts';
import type { NodeAgent, NodeAgentOptions } from './options.ts';
import { pathsIn } from './paths.ts';
import { ANNOTATION } from './pod/names.ts';
import { startRelist } from './pod/relist.ts';
import { lazyRuntime, readyRuntime } from './runtime.ts';
import { startServer } from './server/server.ts';
import { PodTable } from './source/pod-table.ts';
import { openReferences } from './source/references.ts';
import { steadyTime } from './steady-time.ts';
import { followNodeLocalVolumes } from './volumes/node-local.ts';
import { followReplicatedVolumes } from './volumes/replicated.ts';

/** A runtime without containers: init containers and containers of pods that end are over at once, the others stay up. */
function simulatedCri(options: NodeAgentOptions): Cri {
  const { clock } = options;
  return fakeCri({
    clock,
    exitOf: ({ annotations }) => (annotations[ANNOTATION.runsToEnd] === 'true' ? 0 : undefined),
  });
}

const ALWAYS_WELL: Prober = {
  http: async () => ({ passed: true, message: '' }),
  tcp: async () => ({ passed: true, message: '' }),
  grpc: async () => ({ passed: true, message: '' }),
};

function worldOf(options: NodeAgentOptions): Pick<AgentContext, 'cri' | 'runtime' | 'cgroups' | 'mounts' | 'prober'> {
  if (options.runtime === 'simulated') {
    const runtime = readyRuntime(simulatedCri(options));
    return { cri: runtime.cri, runtime, cgroups: fakeCgroups(), mounts: fakeMounts(), prober: ALWAYS_WELL };
  }
  const { clock, containerdSocket: socket, ensureRuntime: ensure } = options;
  const runtime = lazyRuntime({ cri: connectCri({ socket, clock }), socket, ensure, clock });
  return { cri: runtime.cri, runtime, cgroups: openCgroups({ clock }), mounts: openMounts(), prober: openProber() };
}

/** The groups under which pods go, by class. */
function makeClassGroups(cgroups: Cgroups, options: NodeAgentOptions): void {
  const { cgroupRoot, capacity } = options;
  for (const name of ['kubepods', 'kubepods/besteffort', 'kubepods/burstable']) cgroups.create(`${cgroupRoot}/${name}`);
  const cpuShares = Math.max(2, Math.floor((capacity.cpuMillis * 1024) / 1000));
  cgroups.setLimits(`${cgroupRoot}/kubepods`, { cpuShares, memoryBytes: capacity.memoryBytes });
  cgroups.setLimits(`${cgroupRoot}/kubepods/besteffort`, { cpuShares: 2 });
}

export async function startNodeAgent(options: NodeAgentOptions): Promise<NodeAgent> {
  const { client, clock, log, registry } = options;
  makeFolder(options.folder, 0o755);
  const world = worldOf(options);
  makeClassGroups(world.cgroups, options);
  await world.runtime.look();
  const services = client.cache(SERVICES);
  // containerd goes by the machine's clock, the simulated runtime by the site's.
  const runtimeNow = options.runtime === 'containerd' ? machineTime.systemMs : clock.now.bind(clock);
  const time = steadyTime({ clock, runtimeNow });
  const references = openReferences(client, clock);
  const recorder = eventRecorder({ client, clock, log, component: 'kubelet', host: options.nodeName });
  const context: AgentContext = {
    options,
    ...world,
    host: readHostFacts(),
    paths: pathsIn(options.folder),
    references,
    time,
    images: openImages({
      cri: world.cri,
      clock: { now: time.steady },
      ...(registry ? { explain: (pull) => registryWords(registry, pull) } : {}),
    }),
    runtimeName: options.runtime,
    services: () => services.list(),
    allocatable: allocatableOf(options.capacity),
    recordEvent: (pod, note) => recorder.recordEvent(PODS, pod, note),
  };
  const pods = new PodTable(context);
  const jumps = onJump(clock, () => {
    for (const worker of pods.workers.values()) worker.clockJumped();
  });
  const relist = startRelist(context, (uid) => pods.workers.get(uid)?.wake());
  const server = await startServer(context, pods).catch(async (error: unknown) => {
    relist.stop();
    await pods.stop();
    throw error;
  });
  const port = (): number => server.ports[0] ?? options.listen.port;
  const onRegistered = (): void => {
    log.info('the node is registered');
    pods.refresh();
  };
  const reporter = nodeReporter(context, { port, onRegistered });
  const housekeeping = startHousekeeping(context, pods, reporter);
  const nodeLocal = followNodeLocalVolumes(context);
  const replicated = followReplicatedVolumes(context);
  log.info('the node agent runs', { node: options.nodeName, runtime: options.runtime, port: port() });
  return {
    ports: server.ports,
    setCredentials: (tls) => server.setCredentials(tls),
    stop: async () => {
      jumps.close();
      housekeeping.stop();
      nodeLocal.close();
      replicated.close();
      relist.stop();
      await Promise.allSettled([reporter.stop(), pods.stop(), server.close()]);
      references.close();
      services.close();
      world.cri.close();
    },
  };
}
