// Image names, credentials, pulls and what is removed, on a runtime in memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '#platform/clock';
import { fakeCri } from '#platform/cri';
import { imagesInUse, imagesToRemove } from './collect-images.ts';
import { credentialsFor } from './credentials.ts';
import { fullImageName, isImageName, pullPolicyOf } from './image-name.ts';
import { openImages } from './images.ts';

test('short names become full ones, and the tag decides the policy', () => {
  const cases: [string, string, string][] = [
    ['busybox', 'docker.io/library/busybox:latest', 'Always'],
    ['a/b:1', 'docker.io/a/b:1', 'IfNotPresent'],
    ['host:5000/a', 'host:5000/a:latest', 'Always'],
    [
      'r.io/a:1@sha256:0123456789abcdef0123456789abcdef',
      'r.io/a@sha256:0123456789abcdef0123456789abcdef',
      'IfNotPresent',
    ],
  ];
  for (const [name, full, policy] of cases)
    assert.deepEqual([fullImageName(name), pullPolicyOf(name, undefined)], [full, policy]);
  assert.deepEqual(['', 'a b', 'a//b', 'UPPER/x y'].filter(isImageName), []);
});

test('credentials are those of the registry that is asked, the most exact first', () => {
  const auths = {
    'https://index.docker.io/v1/': { auth: Buffer.from('d:1').toString('base64') },
    'r.io': { username: 'whole', password: '2' },
    'r.io/team': { username: 'team', password: '3' },
    '*.example.com': { username: 'star', password: '4' },
  };
  const secret = { data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') } };
  const users = (image: string) => credentialsFor(image, [secret]).map((auth) => auth.username);
  assert.deepEqual(users('busybox'), ['d']);
  assert.deepEqual(users('r.io/team/x:1'), ['team', 'whole']);
  assert.deepEqual(users('a.example.com/x'), ['star']);
  assert.deepEqual(users('other.io/x'), []);
});

test('a pull that failed backs off with the words of the runtime, and many who want one image share one pull', async () => {
  const clock = fakeClock();
  let refusal: string | undefined = 'no such host';
  const cri = fakeCri({ clock, refuses: () => refusal });
  const images = openImages({ cri, clock });
  const wish = { image: 'r.io/x:1', credentials: async () => [] };
  assert.deepEqual(await images.ensure(wish), {
    kind: 'waiting',
    reason: 'ErrImagePull',
    message: 'no such host',
    retryAtMs: clock.now() + 1_000,
  });
  const second = await images.ensure(wish);
  assert.ok(
    second.kind === 'waiting' && second.reason === 'ImagePullBackOff' && second.message.includes('no such host'),
  );
  refusal = undefined;
  await clock.advance(10_000);
  const outcomes = await Promise.all([images.ensure(wish), images.ensure(wish)]);
  assert.ok(outcomes.every((outcome) => outcome.kind === 'ready'));
  assert.equal(cri.calls.filter((call) => call === 'imagePull r.io/x:1').length, 2);
});

test('pinned, used and fresh images stay', () => {
  const image = (id: string, more = {}) => ({
    id,
    repoTags: [`${id}:1`],
    repoDigests: [],
    size: 10,
    username: '',
    pinned: false,
    ...more,
  });
  const images = [image('old'), image('older'), image('pinned', { pinned: true }), image('used'), image('fresh')];
  const lastWanted = new Map([
    ['old', 20],
    ['older', 10],
    ['fresh', 999_000],
  ]);
  const input = { images, inUse: new Set(['used:1']), lastWanted, now: 1_000_000 };
  assert.deepEqual(
    imagesToRemove({ ...input, bytesWanted: 1 }).map((i) => i.id),
    ['older'],
  );
  assert.deepEqual(
    imagesToRemove({ ...input, bytesWanted: 1000 }).map((i) => i.id),
    ['older', 'old'],
  );
});

test('the image that every pod begins with is in use, though no container shows it', () => {
  const pause = { id: 'sha256:p', repoTags: ['site/pause:1'], repoDigests: [], size: 10, username: '', pinned: false };
  const inUse = imagesInUse([], 'site/pause:1');
  const input = { images: [pause], lastWanted: new Map(), now: 1_000_000, bytesWanted: 1000 };
  assert.deepEqual(imagesToRemove({ ...input, inUse }), []);
  assert.deepEqual(imagesToRemove({ ...input, inUse: imagesInUse([], undefined) }), [pause]);
});
