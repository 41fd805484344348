// Repositories that git itself made: in a folder, and behind its own HTTP server.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { WorldError } from '#base';
import { testFolder } from '#platform/process';
import { type GitRead, readGitFolder } from './read-folder.ts';

const home = testFolder('git-door');
const work = path.join(home, 'checkout');
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example', '-C', work, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' },
  }).trim();
const write = (file: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(work, file)), { recursive: true });
  fs.writeFileSync(path.join(work, file), text);
};
const read = (more: Partial<GitRead>) =>
  readGitFolder({
    location: work,
    copies: path.join(home, 'copies'),
    wanted: (name) => name.endsWith('.yaml'),
    bytesMax: 1000,
    ...more,
  });
const failure = (act: Promise<unknown>): Promise<WorldError> =>
  act.then(
    () => assert.fail('it was read'),
    (error) => (error instanceof WorldError ? error : assert.fail(String(error))),
  );
const PASSWORD = 's3cret';

/** Git's own server behind a password. Source: git-http-backend(1). */
const server = http.createServer((request, response) => {
  if (request.headers.authorization !== `Basic ${Buffer.from(`reader:${PASSWORD}`).toString('base64')}`) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return;
  }
  const [url = '', query = ''] = (request.url ?? '').split('?');
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      HOME: home,
      GIT_PROJECT_ROOT: home,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: url,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
  });
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  const pieces: Buffer[] = [];
  backend.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  backend.on('close', () => {
    const all = Buffer.concat(pieces);
    const end = all.indexOf('\r\n\r\n');
    const headers = Object.fromEntries(
      all
        .toString('latin1', 0, end)
        .split('\r\n')
        .map((line) => line.split(': ') as [string, string]),
    );
    response
      .writeHead(Number.parseInt(headers.Status ?? '200', 10), { 'content-type': headers['Content-Type'] ?? '' })
      .end(all.subarray(end + 4));
  });
});

before(async () => {
  fs.mkdirSync(work);
  git('init', '-q', '-b', 'main');
  write('site/a.yaml', 'a: 1\n');
  write('site/deep/b.yaml', 'b: 2\n');
  write('site/notes.txt', 'not wanted');
  write('other.yaml', 'c: 3\n');
  fs.symlinkSync('/etc/passwd', path.join(work, 'site', 'link.yaml'));
  git('add', '.');
  git('commit', '-qm', 'one');
  git('gc', '-q');
  git('branch', 'older');
  write('site/a.yaml', 'a: 4\n');
  git('commit', '-qam', 'two');
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

after(() => {
  server.closeAllConnections();
  server.close();
  fs.rmSync(home, { recursive: true });
});

const FILES = [
  { path: 'a.yaml', text: 'a: 4\n' },
  { path: 'deep/b.yaml', text: 'b: 2\n' },
];

test('a repository in a folder is read at its tip, packed or loose, and links are left alone', async () => {
  const whole = await read({});
  assert.equal(whole.commit, git('rev-parse', 'HEAD'));
  assert.deepEqual(
    whole.files.map((file) => file.path),
    ['other.yaml', 'site/a.yaml', 'site/deep/b.yaml'],
  );
  assert.deepEqual((await read({ folder: '/site/' })).files, FILES);
  const older = await read({ folder: 'site', branch: 'older' });
  assert.equal(older.files[0]?.text, 'a: 1\n');
  const bare = path.join(home, 'bare.git');
  git('clone', '-q', '--bare', work, bare);
  assert.deepEqual((await read({ location: bare, folder: 'site' })).files, FILES);
});

test('a repository behind HTTP is fetched, and again after it changed; the password stays hidden', async () => {
  const { port } = server.address() as AddressInfo;
  const location = `http://reader:${PASSWORD}@127.0.0.1:${port}/checkout/.git`;
  assert.deepEqual((await read({ location, folder: 'site', branch: 'main' })).files, FILES);
  write('site/a.yaml', 'a: 5\n');
  git('commit', '-qam', 'three');
  const next = await read({ location, folder: 'site' });
  assert.equal(next.commit, git('rev-parse', 'HEAD'));
  assert.equal(next.files[0]?.text, 'a: 5\n');
  const denied = await failure(read({ location: location.replace(PASSWORD, 'guessed') }));
  assert.equal(denied.code, 'Denied');
  assert.doesNotMatch(denied.message, /guessed/);
  assert.equal((await failure(read({ location: `${location}/none` }))).code, 'NotFound');
});

test('what cannot be read is told by what is missing', async () => {
  assert.equal((await failure(read({ location: path.join(home, 'copies') }))).code, 'NotFound');
  assert.match((await failure(read({ branch: 'none' }))).message, /branch none/);
  assert.match((await failure(read({ folder: 'none' }))).message, /folder none/);
  assert.equal((await failure(read({ bytesMax: 6 }))).code, 'Exhausted');
  assert.equal((await failure(read({ location: 'http://127.0.0.1:1/x' }))).code, 'Unavailable');
});
