// A hub as people run it: its command line, its process killed in the middle of everything, and what is there afterwards.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { HubStatus } from '../../src/model/hub/index.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import { serveTunnel } from '../../src/platform/tunnel/index.ts';
import { type Answered, assertRefused, HEARTBEAT, newFolder, TestSite } from './hub.fixture.ts';
import { HOME, KUBECTL, ran } from './site.fixture.ts';

const folder = newFolder();
const data = path.join(folder, 'h');
const holdfast = (...args: string[]) => ran(path.join(HOME, 'holdfast'), ['hub', ...args, '--data', data]);
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await holdfast(...args, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
};
const port = (): number => JSON.parse(fs.readFileSync(path.join(data, 'hub.json'), 'utf8')).port;
const enrolled = async (name: string): Promise<TestSite> => {
  const site = new TestSite({ port: port(), id: `id-${name}`, name });
  const answer = await site.enrol((await json('token')).token);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return site;
};
/** Kills the hub's process without a word. */
async function hubPid(): Promise<number> {
  const { pid } = (await json('status')) as HubStatus;
  assert.ok(pid);
  return pid;
}

before(async () => {
  const { code, stderr } = await holdfast('up', '--port', '0');
  assert.equal(code, 0, stderr);
});
after(async () => {
  await holdfast('down');
  fs.rmSync(folder, { recursive: true });
});

test('up, a token, a site, and the shapes that programs rely on', async () => {
  assert.match((await holdfast('up')).stdout, /it ran already/);
  assert.equal((await holdfast('up', '--port', '1')).code, 6, 'a running hub keeps its port');
  const token = await json('token', '--site', 'ship-1', '--hours', '2');
  assert.deepEqual(Object.keys(token), ['url', 'token', 'expiresAt']);
  const site = new TestSite({ port: port(), id: 'id-1', name: 'ship-1' });
  assert.equal((await site.enrol(token.token)).status, 200);
  assert.equal((await site.heartbeat()).status, 200);
  const { sites } = await json('sites');
  assert.deepEqual(Object.keys(sites[0]), [
    'name',
    'status',
    'lastContact',
    'version',
    'desiredRevision',
    'appliedRevision',
  ]);
  assert.deepEqual([sites[0].name, sites[0].status], ['ship-1', 'Connected']);
  assert.match((await holdfast('sites')).stdout, /ship-1 +Connected +0 s ago|ship-1 +Connected +[1-9] s ago/);
  assert.match((await holdfast('site', 'ship-1')).stdout, /plane +hub, Connected/);
  assert.equal((await holdfast('site', 'ship-9')).code, 5);
  assert.equal((await holdfast('approve', 'ship-1')).code, 6);
  assert.equal((await holdfast('request-log', 'ship-1')).code, 0);
  for (const file of fs.readdirSync(path.join(data, 'pki'), { recursive: true, encoding: 'utf8' })) {
    const { mode } = fs.statSync(path.join(data, 'pki', file));
    assert.equal(mode & 0o077, 0, file);
  }
  site.disconnect();
});

/** As much of a site's API as listing pods takes; the one pod names who asked. */
function smallApi({ url, headers }: http.IncomingMessage, response: http.ServerResponse): void {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `seen-by-${headers['x-holdfast-user']}`, namespace: 'default' },
  };
  const answers: Record<string, object> = {
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
    '/api/v1': {
      kind: 'APIResourceList',
      groupVersion: 'v1',
      resources: [{ name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list'] }],
    },
    '/api/v1/namespaces/default/pods': { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [pod] },
  };
  const answer = answers[(url ?? '').split('?')[0] ?? ''];
  response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}));
}

test('a kubectl that nobody here wrote reaches the site through the hub', async () => {
  const site = await enrolled('ship-kubectl');
  const api = http.createServer(smallApi);
  const stream = await site.tunnel();
  serveTunnel(stream, (connection) => void api.emit('connection', connection), systemClock);
  const made = await holdfast('kubeconfig', 'ship-kubectl', '--user', 'ada');
  assert.equal(made.code, 0, made.stderr);
  const file = path.join(folder, 'kubeconfig');
  fs.writeFileSync(file, made.stdout, { mode: 0o600 });
  const kubectl = () =>
    ran(KUBECTL, [`--kubeconfig=${file}`, `--cache-dir=${folder}/cache`, 'get', 'pods', '-o', 'name']);
  const passed = await kubectl();
  assert.equal(passed.code, 0, passed.stderr);
  assert.equal(passed.stdout, 'pod/seen-by-ada\n');
  site.disconnect();
  while ((await json('site', 'ship-kubectl')).cluster !== 'away');
  const refused = await kubectl();
  assert.notEqual(refused.code, 0);
  assert.match(refused.stderr, /ship-kubectl has no link to the hub now/);
  assert.equal((await holdfast('revoke', 'ada')).code, 0);
  assert.match((await kubectl()).stderr, /may not reach ship-kubectl/);
});

const record = (sequence: number) => ({ sequence, at: HEARTBEAT.at, kind: 'audit', body: { n: sequence } });

test('records that were acknowledged before a kill are there afterwards, each once', async () => {
  const site = await enrolled('ship-kill');
  const source = path.join(folder, 'wanted');
  fs.mkdirSync(source);
  fs.writeFileSync(path.join(source, 'a.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n');
  assert.equal((await holdfast('desired', 'ship-kill', '--folder', source)).code, 0);
  const { token } = await json('token');
  const used = new TestSite({ port: port(), id: 'id-used' });
  assert.equal((await used.enrol(token)).status, 200);
  used.disconnect();

  let acknowledged = 0;
  for (let round = 0; round < 3; round++) {
    const pid = await hubPid();
    let isKilled = false;
    // The hub dies with a delivery on its way, which may or may not have been kept.
    for (let next = acknowledged + 1; ; next += 5) {
      const batch = Array.from({ length: 5 }, (_, i) => record(next + i));
      const delivering = site.deliver('kube/1', batch).catch(() => undefined);
      if (acknowledged >= 50 * (round + 1) && !isKilled) isKilled = process.kill(pid, 'SIGKILL');
      const answer: Answered | undefined = await delivering;
      if (!answer) break;
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      acknowledged = answer.body.acknowledged;
    }
    while ((await holdfast('status')).code !== 3);
    assert.equal((await holdfast('up')).code, 0);
    site.disconnect(port());
    const told = (await site.heartbeat()).body.journal['kube/1'];
    assert.ok(told >= acknowledged, `acknowledged ${acknowledged}, kept ${told}`);
    // All of it again, as a site does that lost the answers.
    assert.equal(
      (
        await site.deliver(
          'kube/1',
          Array.from({ length: told }, (_, i) => record(i + 1)),
        )
      ).body.acknowledged,
      told,
    );
    acknowledged = told;
  }
  const { records } = await json('journal', 'ship-kill', '--last', '1000');
  assert.deepEqual(
    records.map(({ sequence }: { sequence: number }) => sequence),
    Array.from({ length: acknowledged }, (_, i) => i + 1),
  );
  assert.equal((await site.desired(0)).body.revision, 1, 'the desired state stands as it did');
  const again = new TestSite({ port: port(), id: 'id-again' });
  assertRefused(await again.enrol(token), 'Token', 401, /used already/);
  again.disconnect();
  site.disconnect();
});

test('an orderly end in the middle of requests: each is answered or broken off, and can be asked again', async () => {
  const sites = await Promise.all(['a', 'b', 'c'].map((name) => enrolled(`ship-end-${name}`)));
  const { token } = await json('token');
  const newcomer = new TestSite({ port: port(), id: 'id-newcomer' });
  let stop = false;
  const calls = sites.map(async (site, i) => {
    for (let n = 1; !stop; n++) {
      const ask = [() => site.heartbeat(), () => site.renew(), () => site.deliver('s/1', [record(n)])][i];
      const answer = await ask?.().catch(() => undefined);
      if (!answer) return;
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
    }
  });
  const enrolling = newcomer.enrol(token).catch(() => undefined);
  assert.equal((await holdfast('down')).code, 0);
  stop = true;
  await Promise.all(calls);
  const first = await enrolling;
  const stopped = (await ran(path.join(HOME, 'holdfast'), ['hub', 'status', '--json', '--data', data])) as {
    code: number;
    stdout: string;
  };
  assert.equal(stopped.code, 3);
  assert.equal(JSON.parse(stopped.stdout).phase, 'Stopped');
  assert.match((await holdfast('sites')).stderr, /does not run\ncure:/);
  assert.equal((await holdfast('up')).code, 0);
  for (const site of sites) {
    site.disconnect(port());
    assert.equal((await site.heartbeat()).status, 200);
    assert.equal((await site.renew()).status, 200);
    site.disconnect();
  }
  newcomer.disconnect(port());
  const second = await newcomer.enrol(token);
  // Either the first was answered and used the token up, or the hub ended before, or after it but before its answer.
  if (first?.status === 200) assertRefused(second, 'Token', 401, /used already/);
  else assert.ok(second.status === 200 || second.body.code === 'Token', JSON.stringify(second.body));
  newcomer.disconnect();
});

test('two processes never keep one hub, and a damaged database is told', async () => {
  assert.equal((await holdfast('down')).code, 0);
  const database = path.join(data, 'state/hub.db');
  const whole = fs.readFileSync(database);
  fs.truncateSync(database, 0);
  const refused = await holdfast('up');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /is damaged: it is empty/);
  assert.equal(fs.statSync(database).size, 0, 'nothing was made in its place');
  fs.writeFileSync(database, whole);
  const file = path.join(data, 'hub.json');
  fs.renameSync(file, `${file}.away`);
  assert.match((await holdfast('up')).stderr, /hub.json is missing, though/);
  fs.renameSync(`${file}.away`, file);
  assert.equal((await holdfast('up')).code, 0);
});
