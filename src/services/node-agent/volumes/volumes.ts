// Makes the volumes of a pod ready, keeps those made of objects current, and takes everything away in the end.
import { messageOf, quantityUnits, WorldError } from '#base';
import { type PodFacts, podLimits } from '#engine/pod';
import type { Pod, Volume } from '#model/kube';
import { mountsBelow, removeTree } from '#platform/disk';
import { giveToGroup, makeVolumeFolder, prepareHostPath, usedBytesBelow, writePayload } from '#platform/volume';
import type { AgentContext } from '../context.ts';
import { uidOfPod } from '../paths.ts';
import { type KeptObjects, referenceKey } from '../source/references.ts';
import { claimFolder, claimNameOf, type MountedFolder } from './claims.ts';
import { isPayload, payloadOf } from './payloads.ts';

/** Volume name to what is mounted for it. */
export type ReadyVolumes = ReadonlyMap<string, MountedFolder>;

export interface VolumesInput {
  readonly context: AgentContext;
  readonly facts: PodFacts;
  readonly kept: KeptObjects;
}

/** Errors: WorldError whose message is the one of the pod's FailedMount event. */
export async function setUpVolumes(input: VolumesInput): Promise<ReadyVolumes> {
  const ready = new Map<string, MountedFolder>();
  const { pod } = input.facts;
  for (const volume of pod.spec?.volumes ?? []) {
    try {
      const folder = await setUpVolume(volume, input);
      await makeShareable(volume, folder, input);
      ready.set(volume.name, folder);
    } catch (error) {
      const code = error instanceof WorldError ? error.code : 'Failed';
      throw new WorldError(code, `MountVolume.SetUp failed for volume "${volume.name}" : ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
  return ready;
}

/** Writes volumes made of objects anew where the objects changed. */
export async function refreshVolumes(input: VolumesInput): Promise<void> {
  for (const volume of input.facts.pod.spec?.volumes ?? []) if (isPayload(volume)) await setUpVolume(volume, input);
}

async function setUpVolume(volume: Volume, input: VolumesInput): Promise<MountedFolder> {
  const { context, facts, kept } = input;
  const { pod } = facts;
  const path = context.paths.volume(uidOfPod(pod), volume.name);
  const fsGroup = pod.spec?.securityContext?.fsGroup;
  if (isPayload(volume)) {
    const { options, references } = context;
    const { client, clock } = options;
    const files = await payloadOf(volume, { client, clock, pod, kept, facts, references });
    writePayload(path, files, fsGroup === undefined ? {} : { groupId: fsGroup });
    return { path, readOnly: true, ownable: false };
  }
  if (volume.hostPath) {
    prepareHostPath(volume.hostPath.path, volume.hostPath.type ?? '');
    return { path: volume.hostPath.path, readOnly: false, ownable: false };
  }
  const folder = volume.emptyDir
    ? await emptyFolder(volume, path, input)
    : claimNameOf(pod, volume)
      ? await claimFolder(volume, {
          pod,
          references: context.references,
          kept,
          replicated: context.options.replicatedVolumes,
        })
      : refuse(volume);
  if (fsGroup !== undefined && folder.ownable && !folder.readOnly) {
    const onlyWhenRootDiffers =
      folder.walkedOnce || pod.spec?.securityContext?.fsGroupChangePolicy === 'OnRootMismatch';
    giveToGroup(folder.path, fsGroup, { onlyWhenRootDiffers });
  }
  return folder;
}

function refuse(volume: Volume): never {
  const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
  throw new WorldError('Unsupported', `volumes of kind ${kind} are not supported on this node`);
}

async function emptyFolder(volume: Volume, path: string, { context, facts }: VolumesInput): Promise<MountedFolder> {
  const { medium = '', sizeLimit } = volume.emptyDir ?? {};
  if (medium === 'Memory') {
    const limits = [quantityUnits(sizeLimit), podLimits(facts.pod).memoryBytes].filter((bytes) => bytes > 0);
    await context.mounts.tmpfs(path, { sizeBytes: limits.length > 0 ? Math.min(...limits) : 0, mode: '1777' });
  } else if (medium === '') makeVolumeFolder(path, 0o777);
  else throw new WorldError('Unsupported', `emptyDir medium ${medium} is not supported on this node`);
  return { path, readOnly: false, ownable: true };
}

/** Mounts travel between a container and the host only through a shared mount. */
async function makeShareable(volume: Volume, folder: MountedFolder, { context, facts }: VolumesInput): Promise<void> {
  const containers = [...(facts.pod.spec?.initContainers ?? []), ...(facts.pod.spec?.containers ?? [])];
  const travels = containers.some((container) =>
    container.volumeMounts?.some(
      (mount) => mount.name === volume.name && mount.mountPropagation && mount.mountPropagation !== 'None',
    ),
  );
  if (travels && !volume.hostPath) await context.mounts.share(folder.path);
}

/** Keys of the objects that the pod's volumes and variables refer to, for watching. */
export function referencesOf(pod: Pod): Set<string> {
  const namespace = pod.metadata?.namespace ?? '';
  const keys = new Set<string>();
  const add = (kind: 'configMap' | 'secret', name: string | undefined): void => {
    if (name) keys.add(referenceKey(kind, { namespace, name }));
  };
  for (const volume of pod.spec?.volumes ?? []) {
    add('configMap', volume.configMap?.name);
    add('secret', volume.secret?.secretName);
    for (const source of volume.projected?.sources ?? []) {
      add('configMap', source.configMap?.name);
      add('secret', source.secret?.name);
    }
  }
  return keys;
}

/** Unmounts and removes everything of a pod. What belongs to the host or to a claim stays. */
export async function tearDownVolumes(context: AgentContext, podUid: string): Promise<void> {
  const folder = context.paths.pod(podUid);
  const shared = context.options.runtime === 'simulated' ? [] : mountsBelow(folder);
  for (const point of shared) await context.mounts.unmount(point);
  removeTree(folder);
}

/** The first emptyDir that holds more than its limit, as the message of an eviction. */
export function overfullVolume(context: AgentContext, pod: Pod): string | undefined {
  for (const volume of pod.spec?.volumes ?? []) {
    const limit = volume.emptyDir?.sizeLimit;
    if (!limit || volume.emptyDir?.medium === 'Memory') continue;
    if (usedBytesBelow(context.paths.volume(uidOfPod(pod), volume.name)) > quantityUnits(limit))
      return `Usage of EmptyDir volume "${volume.name}" exceeds the limit "${limit}". `;
  }
  return undefined;
}
