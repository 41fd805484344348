// Starts one container: image, variables, mounts, create, start, postStart. What hinders it is told as a reason for waiting.
import { messageOf, WorldError } from '#base';
import {
  type ContainerKind,
  durationText,
  newestOf,
  type ObservedPod,
  type PodFacts,
  unsupportedIn,
  withoutEffectIn,
} from '#engine/pod';
import type { Container, Pod, Secret } from '#model/kube';
import type { CriImage, ImageAuth, SandboxConfig } from '#platform/cri';
import { makeFolder } from '#platform/disk';
import { makeSharedFile } from '#platform/volume';
import type { AgentContext } from '../context.ts';
import { credentialsFor } from '../images/credentials.ts';
import { uidOfPod } from '../paths.ts';
import type { KeptObjects } from '../source/references.ts';
import { volumeMountsOf } from '../volumes/mounts-of.ts';
import type { ReadyVolumes } from '../volumes/volumes.ts';
import { containerConfig } from './container-config.ts';
import { environmentOf } from './environment.ts';
import { runHandler } from './handlers.ts';
import { fieldPathOf } from './names.ts';

export interface StartInput {
  readonly context: AgentContext;
  readonly facts: PodFacts;
  readonly kept: KeptObjects;
  readonly volumes: ReadyVolumes;
  readonly observed: ObservedPod;
  readonly sandboxId: string;
  readonly sandboxConfig: SandboxConfig;
  readonly container: Container;
  readonly kind: ContainerKind;
  readonly attempt: number;
  /** Asked before each step with consequences: whether the pod is still to run. */
  isWanted(): boolean;
}

export type StartOutcome =
  | { readonly kind: 'started'; readonly containerId: string }
  | { readonly kind: 'given up' }
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string; readonly retryAtMs?: number }
  | { readonly kind: 'hook failed'; readonly containerId: string; readonly message: string };

export async function startContainer(input: StartInput): Promise<StartOutcome> {
  const { context, container } = input;
  const image = await context.images.ensure({
    image: container.image ?? '',
    policy: container.imagePullPolicy,
    credentials: () => pullCredentials(input),
    onPull: () => note(input, 'Normal', 'Pulling', `Pulling image "${container.image}"`),
  });
  if (image.kind === 'waiting') {
    const failed = image.reason === 'ErrImagePull' ? `Failed to pull image "${container.image}": ` : '';
    note(input, 'Warning', image.reason === 'ImagePullBackOff' ? 'BackOff' : 'Failed', failed + image.message);
    return image;
  }
  if (!input.isWanted()) return { kind: 'given up' };
  const present = `Container image "${container.image}" already present on machine`;
  const pulled = `Successfully pulled image "${container.image}" in ${durationText(image.pulledMs ?? 0)}. Image size: ${image.bytes} bytes.`;
  note(input, 'Normal', 'Pulled', image.pulledMs === undefined ? present : pulled);
  return create(input, image.imageRef);
}

async function create(input: StartInput, imageRef: string): Promise<StartOutcome> {
  const { context } = input;
  let containerId: string;
  try {
    await removeNeverBegun(input);
    const config = await configOf(input, imageRef, await context.cri.imageStatus(imageRef));
    if (!input.isWanted()) return { kind: 'given up' };
    containerId = await context.cri.containerCreate(input.sandboxId, config, input.sandboxConfig);
  } catch (error) {
    const reason = error instanceof ConfigError ? 'CreateContainerConfigError' : 'CreateContainerError';
    note(input, 'Warning', 'Failed', `Error: ${messageOf(error)}`);
    return { kind: 'waiting', reason, message: messageOf(error) };
  }
  const idle = withoutEffectIn(input.facts.pod, input.container);
  if (idle) note(input, 'Normal', 'NotApplied', idle);
  note(input, 'Normal', 'Created', `Created container: ${input.container.name}`);
  try {
    await context.cri.containerStart(containerId);
  } catch (error) {
    // The runtime ends it with reason StartError, which then counts as a run; what was never begun is tried again.
    note(input, 'Warning', 'Failed', `Error: ${messageOf(error)}`);
    const { state } = await context.cri.containerStatus(containerId);
    if (state === 2) return { kind: 'started', containerId };
    return { kind: 'waiting', reason: 'RunContainerError', message: messageOf(error) };
  }
  note(input, 'Normal', 'Started', `Started container ${input.container.name}`);
  return postStart(input, containerId);
}

/** One that was made and never begun, when the agent was killed or the disk was full, holds the name of the next. */
async function removeNeverBegun({ context, observed, container }: StartInput): Promise<void> {
  for (const { id, name, state } of observed.containers)
    if (name === container.name && state === 'created') await context.cri.containerRemove(id);
}

/** What the pod itself got wrong, told apart from what the runtime refused. */
class ConfigError extends Error {}

async function configOf(input: StartInput, imageRef: string, image: CriImage | undefined) {
  const { context, facts, container, kind, attempt } = input;
  const { pod } = facts;
  try {
    const unsupported = unsupportedIn(pod, container);
    if (unsupported) throw new WorldError('Unsupported', unsupported);
    const env = await environmentOf({
      facts,
      container,
      services: context.services(),
      references: context.references,
      kept: input.kept,
    });
    const mounts = await volumeMountsOf({ context, pod, container, volumes: input.volumes, env });
    makeFolder(`${context.paths.podLogs(pod)}/${container.name}`, 0o755);
    makeSharedFile(context.paths.terminationMessage(uidOfPod(pod), container.name, attempt));
    const targetName = (container as { targetContainerName?: string }).targetContainerName;
    const targetId = targetName ? newestOf(input.observed, targetName)?.id : undefined;
    return containerConfig({ context, pod, container, kind, attempt, image, imageRef, env, mounts, targetId });
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Unavailable') throw error;
    throw new ConfigError(messageOf(error), { cause: error });
  }
}

async function postStart(input: StartInput, containerId: string): Promise<StartOutcome> {
  const { context, container, facts } = input;
  const handler = container.lifecycle?.postStart;
  if (!handler) return { kind: 'started', containerId };
  const podIp = facts.podIps[0] ?? '';
  const timeoutMs = handler.exec ? 24 * 3_600_000 : 60_000;
  const result = await runHandler({ context, container, containerId, podIp, timeoutMs }, handler);
  if (result.passed) return { kind: 'started', containerId };
  note(input, 'Warning', 'FailedPostStartHook', `PostStartHook failed: ${result.message}`);
  return { kind: 'hook failed', containerId, message: result.message };
}

async function pullCredentials({ context, facts, kept, container }: StartInput): Promise<readonly ImageAuth[]> {
  const { pod } = facts;
  const namespace = pod.metadata?.namespace ?? '';
  const secrets: Secret[] = [];
  for (const { name = '' } of pod.spec?.imagePullSecrets ?? []) {
    const secret = await context.references.read<Secret>('secret', { namespace, name }, kept);
    if (secret) secrets.push(secret);
  }
  return credentialsFor(container.image ?? '', secrets);
}

function note(input: StartInput, type: 'Normal' | 'Warning', reason: string, message: string): void {
  const pod: Pod = input.facts.pod;
  input.context.recordEvent(pod, { type, reason, message, fieldPath: fieldPathOf(pod, input.container) });
}
