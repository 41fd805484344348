// Pods on disk, with the objects they were started with (0600: secrets are among them), so that they run again without the API.
import type { KubeObject, Pod } from '#model/kube';
import { isPresent, listFolder, readJsonIfPresent, writeFileAtomic } from '#platform/disk';
import type { Log } from '#platform/log';
import { type Paths, uidOfPod } from '../paths.ts';
import type { KeptObjects } from './references.ts';

export interface Checkpoint {
  readonly pod: Pod;
  readonly objects: KeptObjects;
}

interface CheckpointFile {
  readonly pod: Pod;
  readonly objects: Record<string, KubeObject>;
}

export function writeCheckpoint(paths: Paths, { pod, objects }: Checkpoint): void {
  const file: CheckpointFile = { pod, objects: Object.fromEntries(objects) };
  writeFileAtomic(paths.checkpoint(uidOfPod(pod)), JSON.stringify(file), { mode: 0o600 });
}

/** Every pod that was kept. A damaged file is logged and left out: the API has the pod. */
export function readCheckpoints(paths: Paths, log: Log): Checkpoint[] {
  const found: Checkpoint[] = [];
  for (const uid of listFolder(paths.podsFolder)) {
    if (!isPresent(paths.checkpoint(uid))) continue;
    try {
      const file = readJsonIfPresent<CheckpointFile>(paths.checkpoint(uid));
      if (file) found.push({ pod: file.pod, objects: new Map(Object.entries(file.objects)) });
    } catch (error) {
      log.error('the checkpoint of a pod cannot be read', { pod: uid, error });
    }
  }
  return found;
}
