// Brings this node's files to what stands in etcd: each file whole, the keys that unseal others first, deletions last.
import { messageOf, WorldError } from '#base';
import { sha256Of } from '#platform/digest';
import type { SealKeys } from '#platform/seal';
import type { LocalFiles, Remembered } from './local-files.ts';
import type { Head, Shelf } from './shelf.ts';

export interface TakeOver {
  readonly shelf: Pick<Shelf, 'open'>;
  readonly local: LocalFiles;
  /** Asked for each file, since one that is taken over may hold another key. */
  keys(): SealKeys;
  /** The file that holds keys. */
  readonly keyFile: string;
  /** `remember only`: what is here stays, and is compared with what is there. */
  readonly how: 'write' | 'remember only';
}

export interface TakenOver {
  /** Files that were written or removed here. */
  readonly changed: readonly string[];
  /** Why files could not be taken over. `Corrupt`: nobody can read it any more; `NotFound`: its key is not here. */
  readonly failed: readonly { readonly path: string; readonly corrupt: boolean; readonly message: string }[];
}

/** `heads`: those that are to be looked at, without a head where the file is gone. Errors: those of the disk and of etcd. */
export async function takeOver(of: TakeOver, heads: ReadonlyMap<string, Head | undefined>): Promise<TakenOver> {
  const { local, how } = of;
  const changed: string[] = [];
  const failed: { path: string; corrupt: boolean; message: string }[] = [];
  const here = local.scan();
  const paths = [...heads.keys()].sort((a, b) => Number(b === of.keyFile) - Number(a === of.keyFile));
  const opened: { path: string; bytes: Uint8Array; remembered: Remembered }[] = [];
  const writeOpened = (): void => {
    for (const { path, remembered } of opened) local.remembered.set(path, remembered);
    if (opened.length > 0) local.keepRecord();
    for (const { path, bytes, remembered } of opened.splice(0)) {
      if (how === 'remember only' || here.get(path) === remembered.digest) continue;
      local.write(path, bytes);
      changed.push(path);
    }
  };
  for (const path of paths) {
    const head = heads.get(path);
    const before = local.remembered.get(path);
    if (!head || (before?.revision === head.revision && (how !== 'write' || here.get(path) === before.digest)))
      continue;
    try {
      const { bytes, sealedBy } = await of.shelf.open(of.keys(), path, head);
      const remembered = { revision: head.revision, digest: sha256Of(bytes), sealedBy, hasParts: head.parts > 0 };
      opened.push({ path, bytes, remembered });
    } catch (error) {
      if (!(error instanceof WorldError) || (error.code !== 'Corrupt' && error.code !== 'NotFound')) throw error;
      failed.push({ path, corrupt: error.code === 'Corrupt', message: messageOf(error) });
    }
    if (path === of.keyFile) writeOpened();
  }
  writeOpened();
  const gone = paths.filter((path) => heads.get(path) === undefined && local.remembered.has(path));
  if (how === 'write')
    for (const path of gone.filter((one) => here.has(one))) {
      local.remove(path);
      changed.push(path);
    }
  for (const path of gone) local.remembered.delete(path);
  if (gone.length > 0) local.keepRecord();
  return { changed, failed };
}

/** Heads of a whole look, with those that are remembered and not there any more. */
export function wholeHeads(
  heads: ReadonlyMap<string, Head>,
  remembered: ReadonlyMap<string, Remembered>,
): ReadonlyMap<string, Head | undefined> {
  const gone = [...remembered.keys()].filter((path) => !heads.has(path));
  return new Map<string, Head | undefined>([...heads, ...gone.map((path) => [path, undefined] as const)]);
}
