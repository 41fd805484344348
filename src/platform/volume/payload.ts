// Files that are shown to containers as one generation: all of them change at once, or none. Visible names are links through
// `..data`, which is swung from one folder of a generation to the next by a rename.
// Source: Kubernetes, "Mounted ConfigMaps are updated automatically" (atomic update of projected volumes).
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf, WorldError } from '#base';

export interface PayloadFile {
  readonly data: Uint8Array;
  readonly mode: number;
  /** Owner, where it is not root. */
  readonly uid?: number;
}

const DATA = '..data';

function currentGeneration(folder: string): string | undefined {
  try {
    return path.join(folder, fs.readlinkSync(path.join(folder, DATA)));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function filesBelow(folder: string, prefix = ''): string[] {
  return fs.readdirSync(path.join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const inner = path.join(prefix, entry.name);
    return entry.isDirectory() ? filesBelow(folder, inner) : [inner];
  });
}

function isSame(generation: string, files: ReadonlyMap<string, PayloadFile>): boolean {
  const present = filesBelow(generation);
  if (present.length !== files.size) return false;
  return present.every((name) => {
    const file = files.get(name);
    if (!file) return false;
    const target = path.join(generation, name);
    const sameMode = (fs.statSync(target).mode & 0o777) === (file.mode & 0o777);
    return sameMode && fs.readFileSync(target).equals(file.data);
  });
}

function checkName(name: string): void {
  const parts = name.split('/');
  if (name === '' || name.startsWith('/') || parts.includes('..') || parts[0]?.startsWith('..'))
    throw new WorldError('Invalid', `${name} is not a path inside a volume`, { subject: name });
}

/** Makes the volume show exactly `files` (path inside the volume to content). True when something changed.
 * `groupId` becomes the group of every file. */
export function writePayload(
  folder: string,
  files: ReadonlyMap<string, PayloadFile>,
  options: { groupId?: number } = {},
): boolean {
  for (const name of files.keys()) checkName(name);
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 });
  fs.chmodSync(folder, 0o755);
  const old = currentGeneration(folder);
  if (old && fs.existsSync(old) && isSame(old, files)) return false;
  const generation = fs.mkdtempSync(path.join(folder, '..gen-'));
  fs.chmodSync(generation, 0o755);
  for (const [name, file] of files) {
    const target = path.join(generation, name);
    fs.mkdirSync(path.dirname(target), { recursive: true, mode: 0o755 });
    fs.writeFileSync(target, file.data);
    if (options.groupId !== undefined || file.uid !== undefined)
      fs.chownSync(target, file.uid ?? 0, options.groupId ?? 0);
    fs.chmodSync(target, file.mode);
  }
  const aside = path.join(folder, '..data-next');
  fs.rmSync(aside, { force: true });
  fs.symlinkSync(path.basename(generation), aside);
  fs.renameSync(aside, path.join(folder, DATA));
  linkNames(folder, new Set([...files.keys()].map((name) => name.split('/')[0] ?? name)));
  if (old) fs.rmSync(old, { recursive: true, force: true });
  return true;
}

function linkNames(folder: string, wanted: ReadonlySet<string>): void {
  for (const name of fs.readdirSync(folder))
    if (!name.startsWith('..') && !wanted.has(name)) fs.rmSync(path.join(folder, name), { force: true });
  for (const name of wanted) {
    const link = path.join(folder, name);
    if (!fs.lstatSync(link, { throwIfNoEntry: false })) fs.symlinkSync(`${DATA}/${name}`, link);
  }
}
