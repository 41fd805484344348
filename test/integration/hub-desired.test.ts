// What a hub wants of its sites, what they answer, and what they tell: revisions, choices, journals.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { LINK_PATHS } from '../../src/model/link/index.ts';
import {
  assertRefused,
  DAY_MS,
  enrolled,
  HEARTBEAT,
  newFolder,
  type TestHub,
  type TestSite,
  testHub,
} from './hub.fixture.ts';

let of: TestHub;
const source = newFolder();
before(async () => {
  of = await testHub();
});
after(async () => {
  await of.close();
  fs.rmSync(source, { recursive: true });
});

const configMap = (name: string, value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: shop}\ndata: {k: "${value}"}\n`;
const write = (name: string, text: string): void => fs.writeFileSync(path.join(source, name), text);
const give = (name: string) => of.hub.operator.desired(name, { kind: 'folder', location: source });
const report = (site: TestSite, revision: number, objects: unknown[]) =>
  site.ask({ path: LINK_PATHS.report, body: { protocol: 1, revision, complete: true, objects, more: 0, counts: {} } });
/** Lets the hub read its sources again, and waits until it has for this site. */
async function readAgain(name: string): Promise<void> {
  const before = of.clock.now();
  await of.clock.advance(60_000);
  while (Date.parse((await of.hub.operator.site(name)).desired.readAt ?? '') <= before) await of.clock.advance(1_000);
}

test('a folder becomes revisions; one that does not hold together leaves the earlier in force, and says why', async () => {
  const site = await enrolled(of, 'id-folder', 'ship-folder');
  assert.equal((await site.desired(0)).status, 304);
  write('a.yaml', configMap('a', '1'));
  write('holdfast-settings.yaml', 'timeServers: [ntp.example]\n');
  assert.deepEqual(await give('ship-folder'), { revision: 1, objects: 1, changed: true });
  assert.equal((await site.heartbeat()).body.desired, 1);
  const first = (await site.desired(0)).body;
  assert.deepEqual(
    [first.revision, first.source, first.settings, first.manifests[0].data, first.resolutions],
    [1, 'folder', { timeServers: ['ntp.example'] }, { k: '1' }, []],
  );
  assert.equal((await site.desired(1)).status, 304);

  write('a.yaml', configMap('a', '2'));
  await readAgain('ship-folder');
  assert.equal((await site.heartbeat()).body.desired, 2);
  await readAgain('ship-folder');
  assert.equal((await site.heartbeat()).body.desired, 2, 'the same content is no revision');

  write('b.yaml', 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n');
  await readAgain('ship-folder');
  const broken = await of.hub.operator.site('ship-folder');
  assert.match(broken.desired.problem ?? '', /b.yaml, document 1 is a example.com\/v1 Widget/);
  assert.equal((await site.desired(1)).body.manifests[0].data.k, '2');
  await assert.rejects(give('ship-folder'), /nothing was changed: b.yaml/);
  fs.rmSync(path.join(source, 'b.yaml'));
  await readAgain('ship-folder');
  assert.equal((await of.hub.operator.site('ship-folder')).desired.problem, null);

  fs.renameSync(source, `${source}-away`);
  await readAgain('ship-folder');
  assert.match((await of.hub.operator.site('ship-folder')).desired.problem ?? '', /there is no folder/);
  fs.renameSync(`${source}-away`, source);
  await of.restart();
  site.disconnect(of.hub.port);
  assert.equal((await site.heartbeat()).body.desired, 2, 'a restart changes nothing');
});

test('a repository is read at its branch and path', async () => {
  const site = await enrolled(of, 'id-git', 'ship-git');
  const work = newFolder();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example', '-C', work, ...args], {
      encoding: 'utf8',
    }).trim();
  git('init', '-q', '-b', 'main');
  fs.mkdirSync(path.join(work, 'ships'));
  fs.writeFileSync(path.join(work, 'ships/a.yaml'), configMap('g', '1'));
  git('add', '.');
  git('commit', '-qm', 'one');
  const wanted = { kind: 'git' as const, location: work, branch: 'main', path: 'ships' };
  assert.deepEqual(await of.hub.operator.desired('ship-git', wanted), { revision: 1, objects: 1, changed: true });
  assert.equal((await site.desired(0)).body.source, `git ${git('rev-parse', '--short=7', 'HEAD')}`);
  fs.writeFileSync(path.join(work, 'ships/a.yaml'), configMap('g', '2'));
  git('commit', '-qam', 'two');
  await readAgain('ship-git');
  const next = (await site.desired(1)).body;
  assert.deepEqual([next.revision, next.manifests[0].data.k], [2, '2']);
  await assert.rejects(of.hub.operator.desired('ship-git', { ...wanted, branch: 'none' }), /branch none/);
  await assert.rejects(of.hub.operator.desired('ship-git', { ...wanted, location: 'http://127.0.0.1/x' }), /https/);
  fs.rmSync(work, { recursive: true });
});

test('where both sides differ the operator chooses, and the choice reaches the site with the next revision', async () => {
  const site = await enrolled(of, 'id-differs', 'ship-differs');
  const { revision } = await give('ship-differs');
  const object = 'v1/ConfigMap/shop/a';
  await assert.rejects(of.hub.operator.resolve('ship-differs', object, 'hub'), /has not said that .* differs/);
  assert.equal((await report(site, revision, [{ object, state: 'differs', message: 'data.k' }])).status, 200);
  assert.deepEqual((await of.hub.operator.site('ship-differs')).report?.objects, [
    { object, state: 'differs', message: 'data.k' },
  ]);
  await of.hub.operator.resolve('ship-differs', object, 'hub');
  const chosen = (await site.desired(revision)).body;
  assert.deepEqual(
    [chosen.revision, chosen.resolutions],
    [revision + 1, [{ object, keep: 'hub', revision: revision + 1 }]],
  );
  await report(site, revision, [{ object, state: 'differs' }]);
  assert.equal((await of.hub.operator.site('ship-differs')).resolutions.length, 1, 'an older report settles nothing');
  await report(site, revision + 1, []);
  assert.deepEqual((await of.hub.operator.site('ship-differs')).resolutions, []);

  await report(site, revision + 1, [{ object, state: 'differs' }]);
  await of.hub.operator.resolve('ship-differs', object, 'local');
  await report(site, revision + 2, [{ object, state: 'kept-local' }]);
  assert.deepEqual(
    (await site.desired(0)).body.resolutions,
    [{ object, keep: 'local', revision: revision + 2 }],
    'what stays local is told as long as it does',
  );
  assertRefused(await report(site, 1, [{ object, state: 'odd' }]), 'Invalid', 400, /state must be one of/);
});

test('a site that has applied more than the hub remembers is given a later revision', async () => {
  const site = await enrolled(of, 'id-ahead', 'ship-ahead');
  await give('ship-ahead');
  await site.heartbeat({ applied: 40 });
  const jumped = await site.desired(40);
  assert.equal(jumped.status, 200);
  assert.equal(jumped.body.revision, 41);
  assert.equal((await site.heartbeat({ applied: 41 })).body.desired, 41);
  const direct = await site.desired(60);
  assert.deepEqual([direct.status, direct.body.revision], [200, 61]);
});

const record = (sequence: number, kind = 'event', body: object = { n: sequence }) => ({
  sequence,
  at: HEARTBEAT.at,
  kind,
  body,
});

test('a journal is taken in once and in order, gaps are refused, and a dropped record bridges', async () => {
  const site = await enrolled(of, 'id-journal', 'ship-journal');
  const batch = [1, 2, 3].map((n) => record(n));
  const answers = await Promise.all(Array.from({ length: 6 }, () => site.deliver('kube/1', batch)));
  assert.deepEqual(
    answers.map(({ body }) => body),
    Array(6).fill({ acknowledged: 3 }),
  );
  assertRefused(await site.deliver('kube/1', [record(6)]), 'Gap', 409, /records 4 to 5 of kube\/1 are missing/);
  assertRefused(await site.deliver('kube/1', [record(4), record(6)]), 'Gap', 409, /6 does not follow 4/);
  assert.deepEqual((await site.deliver('kube/1', [record(6, 'dropped', { from: 4 }), record(7, 'audit')])).body, {
    acknowledged: 7,
  });
  assert.deepEqual((await site.deliver('services/1', [record(1, 'usage')])).body, { acknowledged: 1 });
  assert.deepEqual((await site.heartbeat()).body.journal, { 'kube/1': 7, 'services/1': 1 });
  const kept = await of.hub.operator.journal('ship-journal', { limit: 100 });
  assert.deepEqual(
    kept.map(({ stream, sequence, kind }) => [stream, sequence, kind]),
    [
      ['kube/1', 1, 'event'],
      ['kube/1', 2, 'event'],
      ['kube/1', 3, 'event'],
      ['kube/1', 6, 'dropped'],
      ['kube/1', 7, 'audit'],
      ['services/1', 1, 'usage'],
    ],
  );
  const audit = await of.hub.operator.journal('ship-journal', { kind: 'audit', limit: 10 });
  assert.deepEqual(
    audit.map(({ body }) => body),
    [{ n: 7 }],
  );
  const after = await of.hub.operator.journal('ship-journal', { after: kept[4]?.id, limit: 10 });
  assert.deepEqual(
    after.map(({ stream }) => stream),
    ['services/1'],
  );
  assertRefused(await site.deliver('kube/1', []), 'Invalid', 400, /no record/);
  assertRefused(await site.deliver('kube/1', [record(8, 'gossip')]), 'Invalid', 400, /kind must be one of/);
  assertRefused(await site.deliver('kube/1', [record(8, 'event', { text: 'x'.repeat(20_000) })]), 'TooLarge', 413);
  assertRefused(await site.deliver('kube/1', [record(8, 'event', { text: 'x'.repeat(400_000) })]), 'TooLarge', 413);
});

test('what is asked of a site is told until its journal answers', async () => {
  const site = await enrolled(of, 'id-asked', 'ship-asked');
  const id = await of.hub.operator.requestLog('ship-asked');
  for (let i = 0; i < 2; i++) assert.deepEqual((await site.heartbeat()).body.requests, [{ id, kind: 'support-log' }]);
  await of.restart();
  site.disconnect(of.hub.port);
  assert.deepEqual((await site.heartbeat()).body.requests, [{ id, kind: 'support-log' }]);
  await site.deliver('services/1', [record(1, 'event', { request: id, log: 'all is well' })]);
  assert.equal((await site.heartbeat()).body.requests, undefined);
  assert.deepEqual((await of.hub.operator.site('ship-asked')).requests, []);
});

test('what heartbeats told is there again after a restart, and a status is worked out anew', async () => {
  const site = await enrolled(of, 'id-again', 'ship-again');
  await site.heartbeat({ pods: 7, version: '0.9.9' });
  await of.restart();
  const shown = await of.hub.operator.site('ship-again');
  assert.deepEqual([shown.status, shown.version, shown.heartbeat?.pods], ['Connected', '0.9.9', 7]);
  of.clock.jump(DAY_MS);
  assert.equal((await of.hub.operator.site('ship-again')).status, 'Offline');
});
