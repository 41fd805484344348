// Sets up what a pod needs before its first container, and takes everything away after its last.
import { messageOf, WorldError } from '#base';
import { ApiError } from '#client';
import { cpuSharesOf, hostsFile, type ObservedPod, type PodFacts, podAmounts, podLimits } from '#engine/pod';
import type { Pod } from '#model/kube';
import type { Cgroups } from '#platform/cgroup';
import type { SandboxConfig } from '#platform/cri';
import { makeFolder, readTextIfPresent, removeTree } from '#platform/disk';
import { makeSharedFile } from '#platform/volume';
import { type AgentContext, PODS } from '../context.ts';
import { uidOfPod } from '../paths.ts';
import { isUnreachable, type KeptObjects } from '../source/references.ts';
import { type ReadyVolumes, setUpVolumes, tearDownVolumes } from '../volumes/volumes.ts';
import { podCgroup } from './sandbox-config.ts';

export interface SetUpInput {
  readonly context: AgentContext;
  readonly facts: PodFacts;
  readonly kept: KeptObjects;
  /** Set to make a sandbox; without it only volumes and files are looked after. */
  readonly config?: SandboxConfig;
  isWanted(): boolean;
}

/** Errors: what hindered it, after it was told as an event of the pod. */
export async function setUpPod(input: SetUpInput): Promise<ReadyVolumes> {
  const { context, facts, config } = input;
  const { pod } = facts;
  const uid = uidOfPod(pod);
  const told = async <T>(reason: string, act: () => Promise<T> | T): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      context.recordEvent(pod, { type: 'Warning', reason, message: messageOf(error) });
      throw error;
    }
  };
  makeFolder(context.paths.pod(uid), 0o755);
  makeFolder(context.paths.podLogs(pod), 0o755);
  const volumes = await told('FailedMount', () => setUpVolumes(input));
  if (!config || !input.isWanted()) return volumes;
  await told('FailedCreatePodContainer', () => setUpCgroup(context, pod));
  const id = await told('FailedCreatePodSandBox', () => runSandbox(context, pod, config));
  const ips = pod.spec?.hostNetwork ? [] : await addressesOf(context, id);
  writeHosts(context, pod, ips);
  return volumes;
}

async function runSandbox(context: AgentContext, pod: Pod, config: SandboxConfig): Promise<string> {
  const handler = pod.spec?.runtimeClassName;
  if (handler && handler !== 'runc')
    throw new WorldError('Unsupported', `RuntimeClass "${handler}" has no handler on this node`);
  return context.cri.sandboxRun(config);
}

async function addressesOf(context: AgentContext, id: string): Promise<string[]> {
  const { network } = await context.cri.sandboxStatus(id);
  return network?.ip ? [network.ip, ...network.additionalIps.map(({ ip }) => ip)] : [];
}

function writeHosts(context: AgentContext, pod: Pod, podIps: readonly string[]): void {
  const { clusterDomain } = context.options;
  const hostFile = readTextIfPresent('/etc/hosts') ?? '';
  makeSharedFile(context.paths.hosts(uidOfPod(pod)), hostsFile(pod, { podIps, clusterDomain, hostFile }), 0o644);
}

function setUpCgroup({ cgroups, options }: AgentContext, pod: Pod): void {
  cgroups.create(podCgroup(options.cgroupRoot, pod));
  setPodLimits(cgroups, options.cgroupRoot, pod);
}

/** Gives the pod's group what its containers may use together. */
export function setPodLimits(cgroups: Cgroups, cgroupRoot: string, pod: Pod): void {
  const limits = podLimits(pod);
  const cpuShares = cpuSharesOf(podAmounts(pod, 'requests').cpuMillis);
  cgroups.setLimits(podCgroup(cgroupRoot, pod), {
    cpuShares,
    ...(limits.cpuMillis > 0 ? { cpuMillis: limits.cpuMillis } : {}),
    ...(limits.memoryBytes > 0 ? { memoryBytes: limits.memoryBytes } : {}),
  });
}

export interface FinishInput {
  readonly context: AgentContext;
  readonly pod: Pod;
  readonly observed: ObservedPod;
  readonly apiPod: Pod | undefined;
}

/** Removes sandboxes, volumes, logs and control group, then lets the API forget the pod. Can be called again. */
export async function finishPod({ context, pod, observed, apiPod }: FinishInput): Promise<void> {
  for (const { id } of observed.sandboxes) {
    await context.cri.sandboxStop(id);
    await context.cri.sandboxRemove(id);
  }
  context.references.watch(uidOfPod(pod), new Set(), () => undefined);
  const group = podCgroup(context.options.cgroupRoot, pod);
  if (context.cgroups.exists(group) && (await context.cgroups.killAll(group))) context.cgroups.remove(group);
  if (apiPod?.metadata?.deletionTimestamp) await forgetPod(context, apiPod);
  await tearDownVolumes(context, uidOfPod(pod));
  removeTree(context.paths.podLogs(pod));
}

/** Source: Kubernetes, Pod Lifecycle: the last step of a termination is a deletion with grace 0 by the node. */
async function forgetPod(context: AgentContext, pod: Pod): Promise<void> {
  const { name = '', namespace, uid } = pod.metadata ?? {};
  try {
    await context.options.client.delete(PODS, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } });
  } catch (error) {
    if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return;
    if (isUnreachable(error)) throw error;
    context.options.log.warn('a pod that ended cannot be deleted', { pod: name, error: messageOf(error) });
  }
}
