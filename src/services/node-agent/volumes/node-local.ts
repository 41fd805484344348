// Volumes that stand on this node: made by the provisioner `holdfast.dev/node-local` as objects, by this agent as folders.
// A folder is made when a pod first uses it. When its volume is deleted and nobody is bound to it any more, the folder goes
// (unless it is to be retained), then the finalizer, which lets the object go. Only folders directly in the node's own
// folder for volumes are ever removed.
import { WorldError } from '#base';
import type { PersistentVolume } from '#model/kube';
import { mountsBelow, removeTree } from '#platform/disk';
import { type AgentContext, REFERENCED } from '../context.ts';
import { API_RETRY_MS, NODE_LOCAL_CHECK_MS, REPORT_RETRY } from '../limits.ts';
import { repeat } from '../node/repeat.ts';
import { letVolumeGo } from './let-go.ts';

const FINALIZER = 'holdfast.dev/node-local';
const PROVISIONER = 'holdfast.dev/node-local';
const NODE = 'holdfast.dev/node';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

/** Whether the volume's folder is this agent's to make. */
export function isNodeLocal({ metadata }: PersistentVolume): boolean {
  return metadata?.annotations?.[PROVISIONED_BY] === PROVISIONER || (metadata?.finalizers ?? []).includes(FINALIZER);
}

/** Deleted, and ours is the last word: protections of others (a claim that is still bound) come first. */
function isToGo({ metadata }: PersistentVolume, nodeName: string): boolean {
  const finalizers = metadata?.finalizers ?? [];
  const others = finalizers.filter((finalizer) => finalizer !== FINALIZER);
  const own = metadata?.annotations?.[NODE] === nodeName && finalizers.includes(FINALIZER);
  return own && metadata?.deletionTimestamp !== undefined && others.length === 0;
}

function removeFolder(volume: PersistentVolume, volumeFolder: string): void {
  const { metadata, spec } = volume;
  const folder = `${volumeFolder}/${metadata?.name}`;
  if (spec?.persistentVolumeReclaimPolicy !== 'Delete' || spec.local?.path !== folder) return;
  const mounted = mountsBelow(folder);
  if (mounted.length > 0)
    throw new WorldError('Conflict', `volume ${metadata?.name} is still in use at ${mounted[0]}`, {
      subject: metadata?.name,
    });
  removeTree(folder);
}

/** Looks after deleted volumes until closed. Without a `volumeFolder` the node has none. */
export function followNodeLocalVolumes(context: AgentContext): { close(): void } {
  const { client, log, nodeName, volumeFolder } = context.options;
  if (volumeFolder === undefined) return { close: () => undefined };
  const volumes = client.cache(REFERENCED.volume);
  const remove = async (): Promise<number> => {
    for (const volume of volumes.list().filter((one) => isToGo(one, nodeName))) {
      removeFolder(volume, volumeFolder);
      await letVolumeGo(context, volume, FINALIZER);
      log.info('a volume of this node was removed', { volume: volume.metadata?.name });
    }
    return NODE_LOCAL_CHECK_MS;
  };
  const removal = repeat(context, 'remove deleted volumes', remove, { ...REPORT_RETRY, maxMs: 15 * API_RETRY_MS });
  const changes = volumes.onChange(({ object }) => {
    if (isToGo(object, nodeName)) removal.wake();
  });
  return {
    close: () => {
      changes.close();
      removal.stop();
      volumes.close();
    },
  };
}
