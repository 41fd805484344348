// Reads the text files of a folder at the tip of a branch, from a repository on this machine or behind HTTPS.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { messageOf, WorldError } from '#base';
import { gitHttpRequest } from './http.ts';
import { COPY_PACK_FILES_MAX, DEPTH_MAX } from './limits.ts';

export interface GitFolder {
  /** Full hash of the commit. */
  readonly commit: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export interface GitRead {
  /** Absolute path of a repository, or its https:// URL. */
  readonly location: string;
  /** Absent: the branch that the repository calls its own. */
  readonly branch?: string;
  /** Folder inside the repository. */
  readonly folder?: string;
  /** Where copies of far repositories are kept. */
  readonly copies: string;
  /** Which files are wanted, by their path from the folder. */
  wanted(path: string): boolean;
  /** All of them together may not be larger. */
  readonly bytesMax: number;
}

type Git = typeof import('isomorphic-git');

/** A URL without user and password. */
export function shownLocation(location: string): string {
  return location.replace(/^(https?:\/\/)[^/@]*@/, '$1');
}

/** Errors: WorldError `NotFound` (no such repository, branch or folder), `Unavailable`, `Denied`, `Exhausted`. */
export async function readGitFolder(read: GitRead): Promise<GitFolder> {
  const git = await import('isomorphic-git');
  const subject = shownLocation(read.location);
  try {
    const at = read.location.startsWith('/') ? await openLocal(git, read) : await fetchTip(git, read);
    return { commit: at.commit, files: await readFiles(git, at, read) };
  } catch (error) {
    if (error instanceof WorldError) throw error;
    throw gitError(error, subject, read);
  }
}

interface Tip {
  readonly gitdir: string;
  readonly commit: string;
}

async function openLocal(git: Git, { location, branch }: GitRead): Promise<Tip> {
  const inside = path.join(location, '.git');
  const gitdir = fs.existsSync(inside) ? inside : location;
  if (!fs.existsSync(path.join(gitdir, 'HEAD')))
    throw new WorldError('NotFound', `${location} is no git repository`, {
      attempted: 'read a repository',
      subject: location,
    });
  const ref = branch === undefined ? 'HEAD' : `refs/heads/${branch}`;
  return { gitdir, commit: await git.resolveRef({ fs, gitdir, ref }) };
}

async function fetchTip(git: Git, { location, branch, copies }: GitRead): Promise<Tip> {
  const gitdir = path.join(copies, createHash('sha256').update(location).digest('hex').slice(0, 32));
  const packs = path.join(gitdir, 'objects', 'pack');
  // Every change brings a pack; nothing merges them, so a copy with many is made anew.
  if (fs.existsSync(packs) && fs.readdirSync(packs).length > COPY_PACK_FILES_MAX)
    fs.rmSync(gitdir, { recursive: true });
  fs.mkdirSync(gitdir, { recursive: true, mode: 0o700 });
  await git.init({ fs, gitdir, bare: true });
  const url = new URL(location);
  const [username, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  url.username = '';
  url.password = '';
  await git.addRemote({ fs, gitdir, remote: 'origin', url: url.href, force: true });
  const fetched = await git.fetch({
    fs,
    http: { request: gitHttpRequest },
    gitdir,
    remote: 'origin',
    ref: branch,
    remoteRef: branch,
    depth: 1,
    singleBranch: true,
    tags: false,
    onAuth: () => (username || password ? { username, password } : { cancel: true }),
    onAuthFailure: () => ({ cancel: true }),
  });
  if (!fetched.fetchHead) throw new WorldError('NotFound', `${shownLocation(location)} has no commit`);
  return { gitdir, commit: fetched.fetchHead };
}

async function readFiles(git: Git, { gitdir, commit }: Tip, read: GitRead): Promise<{ path: string; text: string }[]> {
  const files: { path: string; text: string }[] = [];
  // One memory for what the library unpacks, gone with this reading.
  const cache = {};
  let bytes = 0;
  const walk = async (filepath: string | undefined, below: string, depth: number): Promise<void> => {
    if (depth > DEPTH_MAX) throw new WorldError('Invalid', `folders are nested deeper than ${DEPTH_MAX} in ${below}`);
    const { tree } = await git.readTree({ fs, gitdir, oid: commit, filepath, cache });
    for (const entry of [...tree].sort((a, b) => (a.path < b.path ? -1 : 1))) {
      const inside = filepath === undefined ? entry.path : `${filepath}/${entry.path}`;
      const name = below === '' ? entry.path : `${below}/${entry.path}`;
      if (entry.type === 'tree') await walk(inside, name, depth + 1);
      // Only files: a link may lead out of the repository.
      if (entry.type !== 'blob' || entry.mode === '120000' || !read.wanted(name)) continue;
      const { blob } = await git.readBlob({ fs, gitdir, oid: entry.oid, cache });
      bytes += blob.length;
      if (bytes > read.bytesMax)
        throw new WorldError('Exhausted', `the files are larger than ${read.bytesMax} bytes together`);
      files.push({ path: name, text: Buffer.from(blob).toString('utf8') });
    }
  };
  await walk(read.folder?.replace(/^\/+|\/+$/g, '') || undefined, '', 0);
  return files;
}

function gitError(error: unknown, subject: string, { branch, folder }: GitRead): WorldError {
  const { code, data } = error as { code?: string; data?: { statusCode?: number } };
  const details = { attempted: 'read a repository', subject, cause: error };
  const status = data?.statusCode;
  if (code === 'UserCanceledError' || status === 401 || status === 403)
    return new WorldError('Denied', `${subject} asks for a user and password, or does not take the given ones`, {
      ...details,
      cure: 'write them into the URL: https://user:token@host/path',
    });
  if (code === 'NotFoundError')
    return new WorldError(
      'NotFound',
      `${subject} has no ${folder ? `folder ${folder} on ` : ''}${branch ? `branch ${branch}` : 'branch of its own'}`,
      details,
    );
  if (status === 404) return new WorldError('NotFound', `${subject} is not there`, details);
  return new WorldError('Unavailable', `${subject} cannot be read: ${messageOf(error)}`, details);
}
