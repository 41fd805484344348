// Starts every controller on one client.
import type { Client } from '#client';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import { type Controller, type ControllerMetrics, runControllers } from '#reconcile';
import { type ControllerContext, controllerContext } from './context.ts';
import { daemonSetController } from './daemon/daemon-set.controller.ts';
import { deploymentController } from './deployment/deployment.controller.ts';
import { disruptionController } from './disruption/disruption.controller.ts';
import { endpointSliceController } from './endpoints/endpoint-slice.controller.ts';
import { endpointsController } from './endpoints/endpoints.controller.ts';
import { endpointSliceMirroringController } from './endpoints/mirroring.controller.ts';
import { type ServicePods, servicePods } from './endpoints/service-pods.ts';
import { garbageCollector } from './garbage/garbage-collector.ts';
import { cronJobController } from './job/cron-job.controller.ts';
import { jobController, orphanedJobPodController } from './job/job.controller.ts';
import { ttlAfterFinishedController } from './job/ttl.controller.ts';
import { namespaceController } from './namespace/namespace.controller.ts';
import { roleAggregationController } from './namespace/role-aggregation.controller.ts';
import { rootCaController } from './namespace/root-ca.controller.ts';
import { serviceAccountController } from './namespace/service-account.controller.ts';
import { tokenSecretController } from './namespace/token-secret.controller.ts';
import { nodeIpamController } from './node/node-ipam.controller.ts';
import { nodeLifecycleController } from './node/node-lifecycle.controller.ts';
import { podGarbageController } from './node/pod-garbage.controller.ts';
import { taintEvictionController } from './node/taint-eviction.controller.ts';
import { replicaSetController, replicationController } from './replicas/replicas.controller.ts';
import { statefulSetController } from './stateful/stateful-set.controller.ts';
import { claimController } from './volume/claim.controller.ts';
import { ephemeralVolumeController } from './volume/ephemeral-volume.controller.ts';
import { claimProtectionController, volumeProtectionController } from './volume/protection.controller.ts';
import { volumeController } from './volume/volume.controller.ts';

export interface ControllersOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  /** What pods verify the API server with now. */
  rootCaPem(): string;
  /** Range that nodes get their pod ranges from, e.g. "172.27.0.0/16". */
  readonly podCidr: string;
  /** Where nodes keep volumes of the node-local provisioner, unless a node says otherwise. */
  readonly nodeLocalFolder?: string;
  readonly metrics?: ControllerMetrics;
}

export interface RunningControllerSet {
  /** Keys per controller that wait or are worked on. */
  backlog(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

export async function startControllers(options: ControllersOptions): Promise<RunningControllerSet> {
  const log = options.log.child('controllers');
  const context = controllerContext({ ...options, log });
  const pods = servicePods(context);
  await Promise.all(Object.values(context.caches).map((cache) => cache.synced));
  const running = runControllers(controllersOf(context, pods, options), { ...options, log });
  const garbage = garbageCollector(context);
  await garbage.start();
  return {
    backlog: () => running.backlog(),
    async stop() {
      await Promise.all([running.stop(), garbage.stop()]);
      pods.close();
      context.close();
    },
  };
}

function controllersOf(context: ControllerContext, pods: ServicePods, options: ControllersOptions): Controller[] {
  return [
    deploymentController(context),
    replicaSetController(context),
    replicationController(context),
    statefulSetController(context),
    daemonSetController(context),
    jobController(context),
    cronJobController(context),
    orphanedJobPodController(context),
    ttlAfterFinishedController(context),
    disruptionController(context),
    endpointsController(context, pods),
    endpointSliceController(context, pods),
    endpointSliceMirroringController(context),
    serviceAccountController(context),
    rootCaController(context, options.rootCaPem),
    namespaceController(context),
    nodeIpamController(context, options.podCidr),
    nodeLifecycleController(context),
    taintEvictionController(context),
    podGarbageController(context),
    claimController(context, { nodeLocalFolder: options.nodeLocalFolder ?? '/var/lib/holdfast/volumes' }),
    volumeController(context),
    claimProtectionController(context),
    volumeProtectionController(context),
    ephemeralVolumeController(context),
    tokenSecretController(context, options.rootCaPem),
    roleAggregationController(context),
  ];
}
