// The mounts of one container: its volumes, whole or a path inside them, hosts file and termination message.
import { messageOf, WorldError } from '#base';
import { expand, unknownNames } from '#engine/pod';
import type { Container, Pod, VolumeMount } from '#model/kube';
import type { Mount } from '#platform/cri';
import { openInside } from '#platform/volume';
import type { AgentContext } from '../context.ts';
import { uidOfPod } from '../paths.ts';
import type { ReadyVolumes } from './volumes.ts';

const PROPAGATION: Readonly<Record<string, number>> = { None: 0, HostToContainer: 1, Bidirectional: 2 };

export interface MountsInput {
  readonly context: AgentContext;
  readonly pod: Pod;
  readonly container: Container;
  readonly volumes: ReadyVolumes;
  readonly env: Readonly<Record<string, string>>;
}

/** Errors: WorldError `Invalid` with the message of a CreateContainerConfigError. */
export async function volumeMountsOf(input: MountsInput): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const [index, mount] of (input.container.volumeMounts ?? []).entries()) {
    const volume = input.volumes.get(mount.name);
    if (!volume)
      throw new WorldError('Invalid', `volume "${mount.name}" of container ${input.container.name} is not ready`);
    if (mount.recursiveReadOnly === 'Enabled')
      throw new WorldError('Unsupported', 'recursiveReadOnly "Enabled" is not supported on this node');
    const subPath = subPathOf(mount, input.env);
    const hostPath = subPath === undefined ? volume.path : await bindSubPath(input, mount, { index, subPath });
    mounts.push({
      containerPath: mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`,
      hostPath,
      readonly: (mount.readOnly ?? false) || volume.readOnly,
      propagation: PROPAGATION[mount.mountPropagation ?? 'None'] ?? 0,
    });
  }
  return mounts;
}

function subPathOf(mount: VolumeMount, env: Readonly<Record<string, string>>): string | undefined {
  if (mount.subPath) return mount.subPath;
  if (!mount.subPathExpr) return undefined;
  const unknown = unknownNames(mount.subPathExpr, env);
  if (unknown.length > 0)
    throw new WorldError('Invalid', `subPathExpr "${mount.subPathExpr}": missing value for "${unknown[0]}"`);
  return expand(mount.subPathExpr, env);
}

/** Binds what the path means now to a place of its own, so that a later change of links inside the volume does not matter. */
async function bindSubPath(
  { context, pod, container, volumes }: MountsInput,
  mount: VolumeMount,
  { index, subPath }: { index: number; subPath: string },
): Promise<string> {
  const target = context.paths.subPath(uidOfPod(pod), mount.name, container.name, index);
  try {
    const opened = openInside(volumes.get(mount.name)?.path ?? '', subPath);
    try {
      await context.mounts.unmount(target);
      await context.mounts.bind(opened.path, target);
    } finally {
      opened.close();
    }
  } catch (error) {
    throw new WorldError(
      'Invalid',
      `failed to prepare subPath for volumeMount "${mount.name}" of container "${container.name}": ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  return target;
}
