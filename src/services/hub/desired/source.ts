// Where desired state comes from: a folder of this machine, or a folder of a git repository. Many sites may share one; it is
// read once for all of them.
import { WorldError } from '#base';
import type { DesiredSource } from '#model/hub';
import { readFilesBelow } from '#platform/disk';
import { readGitFolder } from '#platform/git';
import { FOLDER_DEPTH_MAX, SOURCE_BYTES_MAX } from '../limits.ts';
import { isWantedFile, type SourceFile } from './source-file.ts';

export interface SourceReading {
  readonly files: readonly SourceFile[];
  /** For people: "folder", or "git 3f2a91c". */
  readonly label: string;
}

export const sourceKey = ({ kind, location, branch = '', path = '' }: DesiredSource): string =>
  JSON.stringify([kind, location, branch, path]);

/** Errors: WorldError `Invalid`. */
export function checkSource(source: DesiredSource): void {
  const { kind, location } = source;
  const isPath = location.startsWith('/');
  if (kind === 'folder' && !isPath)
    throw new WorldError('Invalid', `${location} is no absolute path of a folder at the hub`);
  if (kind === 'git' && !isPath && !location.startsWith('https://'))
    throw new WorldError('Invalid', 'a repository is an https:// URL, or an absolute path at the hub');
}

/** Errors: WorldError that says why it cannot be read. */
export async function readSource(source: DesiredSource, copies: string): Promise<SourceReading> {
  const wanted = { wanted: isWantedFile, bytesMax: SOURCE_BYTES_MAX };
  if (source.kind === 'folder')
    return { files: readFilesBelow(source.location, { ...wanted, depthMax: FOLDER_DEPTH_MAX }), label: 'folder' };
  const { location, branch, path: folder } = source;
  const { commit, files } = await readGitFolder({ location, branch, folder, copies, ...wanted });
  return { files, label: `git ${commit.slice(0, 7)}` };
}
