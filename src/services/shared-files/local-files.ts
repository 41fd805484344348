// The files of one shelf on this node's disk, and what is remembered of them: which stand in etcd, in which revision, with which content.
// What is remembered is written before files are, so that after a crash no file is here by etcd's word that nobody knows of.
import { WorldError } from '#base';
import { sha256Of } from '#platform/digest';
import {
  fileBytes,
  fileStamp,
  fileStamps,
  isPresent,
  readBytes,
  readJsonIfPresent,
  removeTree,
  writeFileAtomic,
} from '#platform/disk';
import { FILE_BYTES_MAX } from './limits.ts';

export interface Remembered {
  readonly revision: number;
  /** Of the content. */
  readonly digest: string;
  /** The number of the key that has sealed it in etcd. */
  readonly sealedBy: number;
  /** It stands there in parts. */
  readonly hasParts: boolean;
}

export interface LocalFilesOptions {
  readonly data: string;
  /** Folders and single files in which those of the shelf stand, by their paths from the data folder. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
  isOn(path: string): boolean;
  /** Where it is remembered. */
  readonly recordFile: string;
}

interface RecordFile {
  readonly version: 1;
  readonly files: Readonly<Record<string, Remembered>>;
}

export class LocalFiles {
  readonly remembered: Map<string, Remembered>;
  readonly #of: LocalFilesOptions;
  #tooLarge: readonly string[] = [];
  #known = new Map<string, { readonly stamp: string; readonly digest: string }>();

  constructor(of: LocalFilesOptions) {
    this.#of = of;
    this.remembered = new Map(Object.entries(readRecord(of.recordFile)?.files ?? {}));
  }

  /** What is there now, with the digest of each; files are read again only when they were written anew. */
  scan(): ReadonlyMap<string, string> {
    const known = new Map<string, { stamp: string; digest: string }>();
    const tooLarge: string[] = [];
    for (const [path, stamp] of this.#stamps()) {
      const before = this.#known.get(path);
      const isLeftOut = before?.stamp !== stamp && fileBytes(`${this.#of.data}/${path}`) > FILE_BYTES_MAX;
      const bytes = before?.stamp === stamp || isLeftOut ? undefined : this.read(path);
      if (isLeftOut) tooLarge.push(path);
      else if (before?.stamp === stamp) known.set(path, before);
      else if (bytes) known.set(path, { stamp, digest: sha256Of(bytes) });
    }
    this.#known = known;
    this.#tooLarge = tooLarge;
    return new Map([...known].map(([path, { digest }]) => [path, digest]));
  }

  /** Those that are left out of the last scan, and stay on the other node as they were. */
  get tooLarge(): readonly string[] {
    return this.#tooLarge;
  }

  /** A folder that is not there at all is no sign that its files were deleted. */
  missingFolder(): string | undefined {
    return this.#of.folders.find(
      (folder) =>
        !isPresent(`${this.#of.data}/${folder}`) &&
        [...this.remembered.keys()].some((path) => path.startsWith(`${folder}/`)),
    );
  }

  /** Undefined when it is gone. */
  read(path: string): Uint8Array | undefined {
    const file = `${this.#of.data}/${path}`;
    return isPresent(file) ? readBytes(file) : undefined;
  }

  write(path: string, bytes: Uint8Array): void {
    writeFileAtomic(`${this.#of.data}/${path}`, bytes);
  }

  remove(path: string): void {
    removeTree(`${this.#of.data}/${path}`);
  }

  keepRecord(): void {
    const files = Object.fromEntries(this.remembered);
    writeFileAtomic(this.#of.recordFile, JSON.stringify({ version: 1, files } satisfies RecordFile));
  }

  *#stamps(): Iterable<[string, string]> {
    const { data, folders, files, isOn } = this.#of;
    for (const folder of folders)
      for (const [name, stamp] of fileStamps(`${data}/${folder}`)) {
        const path = `${folder}/${name}`;
        if (isOn(path)) yield [path, stamp];
      }
    for (const file of files) {
      const stamp = fileStamp(`${data}/${file}`);
      if (stamp !== undefined && isOn(file)) yield [file, stamp];
    }
  }
}

/** Nothing where it is lost or damaged: what stands in etcd is then taken over anew. */
function readRecord(file: string): RecordFile | undefined {
  try {
    const found = readJsonIfPresent<RecordFile>(file);
    return found?.version === 1 ? found : undefined;
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Corrupt') return undefined;
    throw error;
  }
}
