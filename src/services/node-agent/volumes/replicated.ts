// Volumes with a copy on each node, which show below one folder of every node. A volume's own is made when a pod first uses it.
// When the volume is deleted and nobody is bound to it any more, the first agent to see it puts the folder aside (unless it is to be
// retained), takes the finalizer, which lets the object go, and removes what it has put aside.
import { WorldError } from '#base';
import { ApiError } from '#client';
import type { PersistentVolume } from '#model/kube';
import { REPLICATED_DRIVER, REPLICATED_FINALIZER } from '#model/site';
import { isFolder, makeVolumeFolder, putAside, removeAside } from '#platform/volume';
import { type AgentContext, REFERENCED } from '../context.ts';
import { API_RETRY_MS, NODE_LOCAL_CHECK_MS, REPORT_RETRY } from '../limits.ts';
import { repeat } from '../node/repeat.ts';
import type { NodeAgentOptions } from '../options.ts';
import { letVolumeGo } from './let-go.ts';

export const isReplicated = ({ spec }: PersistentVolume): boolean => spec?.csi?.driver === REPLICATED_DRIVER;

/** The name of its folder. Whoever makes a volume by hand chooses one: it must not lead anywhere else. */
function handleOf({ metadata, spec }: PersistentVolume): string {
  const handle = spec?.csi?.volumeHandle ?? '';
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(handle))
    throw new WorldError('Invalid', `volume "${metadata?.name}": volumeHandle "${handle}" is not a lower-case name`);
  return handle;
}

/** The volume's folder on this node, which is there now. Errors: WorldError `Unavailable` while replicated volumes do not show. */
export async function replicatedFolder(
  volume: PersistentVolume,
  replicated: NodeAgentOptions['replicatedVolumes'],
): Promise<string> {
  const { metadata, spec } = volume;
  if (!replicated)
    throw new WorldError('Unsupported', `volume "${metadata?.name}" is replicated, which takes a site of two nodes`);
  if (spec?.volumeMode === 'Block')
    throw new WorldError('Unsupported', `volumeMode Block of volume "${metadata?.name}" is not supported on this node`);
  const folder = `${replicated.folder}/${handleOf(volume)}`;
  if (!(await replicated.answers()))
    throw new WorldError(
      'Unavailable',
      `replicated volumes are not there on this node now: their client does not answer, or not enough of their copies are reached`,
      { subject: metadata?.name },
    );
  makeVolumeFolder(folder, 0o777);
  if (!isFolder(folder)) throw new WorldError('Invalid', `volume "${metadata?.name}": ${folder} is not a folder`);
  return folder;
}

/** Deleted, and ours is the last word: protections of others (a claim that is still bound) come first. */
function isToGo(volume: PersistentVolume): boolean {
  const { deletionTimestamp, finalizers = [] } = volume.metadata ?? {};
  return (
    isReplicated(volume) &&
    deletionTimestamp !== undefined &&
    finalizers.length > 0 &&
    finalizers.every((finalizer) => finalizer === REPLICATED_FINALIZER)
  );
}

/** Looks after deleted volumes until closed. A node without replicated volumes has none. */
export function followReplicatedVolumes(context: AgentContext): { close(): void } {
  const { client, log, nodeName, replicatedVolumes } = context.options;
  if (replicatedVolumes === undefined) return { close: () => undefined };
  const { folder, answers } = replicatedVolumes;
  const volumes = client.cache(REFERENCED.volume);
  const remove = async (): Promise<number> => {
    const going = volumes.list().filter(isToGo);
    if (going.length > 0 && !(await answers()))
      throw new WorldError('Unavailable', 'replicated volumes are not there on this node now');
    let left = 0;
    for (const volume of going) {
      const name = volume.metadata?.name;
      if (volume.spec?.persistentVolumeReclaimPolicy === 'Delete') await putAside(folder, handleOf(volume), nodeName);
      try {
        await letVolumeGo(context, volume, REPLICATED_FINALIZER);
        log.info('a replicated volume was removed', { volume: name });
      } catch (error) {
        // The agent of another node may have been before us: then the object is another one now, or about to go.
        if (!(error instanceof ApiError && [403, 409].includes(error.code))) throw error;
        log.debug('a replicated volume is looked at again', { volume: name, error: error.message });
        left++;
      }
    }
    // Also what was put aside before the agent, or its node, went down.
    if (going.length > 0 || (await answers())) await removeAside(folder, nodeName);
    return left > 0 ? API_RETRY_MS : NODE_LOCAL_CHECK_MS;
  };
  const retry = { ...REPORT_RETRY, maxMs: 15 * API_RETRY_MS };
  const removal = repeat(context, 'remove deleted replicated volumes', remove, retry);
  const changes = volumes.onChange(({ object }) => {
    if (isToGo(object)) removal.wake();
  });
  return {
    close: () => {
      changes.close();
      removal.stop();
      volumes.close();
    },
  };
}
