// Pods on disk, with the objects they were started with (0600: secrets are among them), so that they run again without the API.
// A file that cannot be made out is set aside for whoever wants to look: the API has the pod, and the runtime its containers,
// which nobody touches until the API has said which pods belong here.
import { messageOf } from '#base';
import type { KubeObject, Pod } from '#model/kube';
import { isPresent, listFolder, readTextIfPresent, removeTree, renameFile, writeFileAtomic } from '#platform/disk';
import type { Log } from '#platform/log';
import { type Paths, pathsIn, uidOfPod } from '../paths.ts';
import type { KeptObjects } from './references.ts';

export interface Checkpoint {
  readonly pod: Pod;
  readonly objects: KeptObjects;
}

interface CheckpointFile {
  /** Files without one are of the first. */
  readonly version?: number;
  readonly pod: Pod;
  readonly objects: Record<string, KubeObject>;
}

const VERSION = 1;

export function writeCheckpoint(paths: Paths, { pod, objects }: Checkpoint): void {
  const file: CheckpointFile = { version: VERSION, pod, objects: Object.fromEntries(objects) };
  writeFileAtomic(paths.checkpoint(uidOfPod(pod)), JSON.stringify(file), { mode: 0o600 });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The checkpoint in `text`, or why it is none of the pod with this uid. */
function parse(text: string, uid: string): Checkpoint | string {
  let file: Partial<CheckpointFile>;
  try {
    file = JSON.parse(text) as Partial<CheckpointFile>;
  } catch (error) {
    return messageOf(error);
  }
  if (!isRecord(file)) return 'it holds no object';
  const { version = VERSION, pod, objects } = file;
  if (version !== VERSION) return `it has version ${version}; this program knows version ${VERSION}`;
  if (!isRecord(pod) || !isRecord(objects)) return 'it holds no pod, or no objects';
  const { metadata, spec } = pod as Pod;
  if (metadata?.uid !== uid) return `it is of the pod with uid ${metadata?.uid}`;
  if (!metadata.name || !metadata.namespace || !Array.isArray(spec?.containers)) return 'the pod in it is not whole';
  return { pod: pod as Pod, objects: new Map(Object.entries(objects)) };
}

/** Forgets every pod that was kept, of an agent that does not run: none of them starts before the API has said that it still belongs here.
 * For a node that was taken for lost: its pods may run elsewhere. */
export function forgetPods(agentFolder: string): void {
  const paths = pathsIn(agentFolder);
  for (const uid of listFolder(paths.podsFolder)) removeTree(paths.checkpoint(uid));
}

/** Every pod that was kept, and the uids of those whose files could not be made out. */
export function readCheckpoints(paths: Paths, log: Log): { readonly kept: Checkpoint[]; readonly damaged: string[] } {
  const kept: Checkpoint[] = [];
  const damaged: string[] = [];
  for (const uid of listFolder(paths.podsFolder)) {
    const file = paths.checkpoint(uid);
    if (!isPresent(file)) continue;
    const read = readOne(file, uid);
    if (typeof read !== 'string') kept.push(read);
    else {
      damaged.push(uid);
      log.error('the checkpoint of a pod cannot be made out', { pod: uid, reason: read, aside: setAside(file) });
    }
  }
  return { kept, damaged };
}

function readOne(file: string, uid: string): Checkpoint | string {
  try {
    return parse(readTextIfPresent(file) ?? '', uid);
  } catch (error) {
    // A disk that does not give it back.
    return messageOf(error);
  }
}

/** Where the file is now; the one that was set aside before it goes. */
function setAside(file: string): string {
  try {
    renameFile(file, `${file}.damaged`);
    return `${file}.damaged`;
  } catch (error) {
    return `it stays where it is: ${messageOf(error)}`;
  }
}
