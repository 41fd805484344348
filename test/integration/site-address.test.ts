// A site with an address of this machine: people outside use its API and its registry through it. Outside is a network
// namespace of its own, joined to this machine by a cable, with no other way anywhere.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { testName } from '#platform/process';
import { writeImage } from './image.fixture.ts';
import { bringUp, eventually, HOME, KUBECTL, type Ran, ran, testSite } from './site.fixture.ts';

const OUTSIDE = testName('out');
const CABLE = `hft${process.pid}`;
const ADDRESS = '198.51.100.1';
const site = testSite('address');
const other = testSite('other');
const folder = path.dirname(site.data);

const outside = (file: string, ...args: string[]): Promise<Ran> =>
  ran('nsenter', [`--net=/run/netns/${OUTSIDE}`, '--', file, ...args]);

async function fine(file: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await ran(file, args);
  assert.equal(code, 0, `${file} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

before(async () => {
  await fine('ip', 'netns', 'add', OUTSIDE);
  await fine('ip', 'link', 'add', CABLE, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', OUTSIDE);
  await fine('ip', 'addr', 'add', `${ADDRESS}/24`, 'dev', CABLE);
  await fine('ip', 'link', 'set', CABLE, 'up');
  await fine('ip', '-n', OUTSIDE, 'addr', 'add', '198.51.100.2/24', 'dev', 'eth0');
  await fine('ip', '-n', OUTSIDE, 'link', 'set', 'eth0', 'up');
});

after(async () => {
  await Promise.all([site.destroy(), other.destroy()]);
  await ran('ip', ['netns', 'del', OUTSIDE]);
  await ran('ip', ['link', 'del', CABLE]);
});

interface Access {
  readonly address: string;
  readonly alsoAt: readonly string[];
  readonly user: string;
  readonly password: string;
}

test('people outside use the API and the registry at the address', { timeout: 120_000 }, async () => {
  await bringUp(site, '--address', ADDRESS);
  const kubeconfig = path.join(folder, 'outside.kubeconfig');
  const { ports } = JSON.parse(fs.readFileSync(path.join(site.data, 'site.json'), 'utf8')) as {
    ports: { api: number; registry: number };
  };
  const text = fs.readFileSync(site.kubeconfig, 'utf8');
  fs.writeFileSync(kubeconfig, text.replace(/server: .*/, `server: https://${ADDRESS}:${ports.api}`));
  const nodes = await outside(KUBECTL, '--kubeconfig', kubeconfig, 'get', 'nodes', '-o', 'name');
  assert.equal(nodes.stdout, 'node/node-a-master\nnode/node-a-worker\n', nodes.stderr);

  const access = JSON.parse((await site.holdfast('registry', 'credentials', '--json')).stdout) as Access;
  const door = `${ADDRESS}:${ports.registry}`;
  assert.ok(access.alsoAt.includes(door));
  const certificates = path.join(folder, 'certificates');
  fs.mkdirSync(certificates);
  fs.writeFileSync(path.join(certificates, 'ca.crt'), (await site.holdfast('registry', 'ca')).stdout);
  const archive = path.join(folder, 'hello.tar');
  await writeImage(archive, { files: [{ path: 'hello', content: 'hello\n' }] });
  const image = `docker://${door}/people/hello:1`;
  const trust = (side: string): string[] => [
    `--${side}-cert-dir=${certificates}`,
    `--${side}-creds=${access.user}:${access.password}`,
  ];
  const pushed = await outside('skopeo', 'copy', ...trust('dest'), `oci-archive:${archive}`, image);
  assert.equal(pushed.code, 0, pushed.stderr);
  const pulled = await outside('skopeo', 'copy', ...trust('src'), image, `oci-archive:${folder}/back.tar`);
  assert.equal(pulled.code, 0, pulled.stderr);
  const refused = await outside(
    'skopeo',
    'copy',
    `--dest-cert-dir=${certificates}`,
    `--dest-creds=${access.user}:wrong`,
    `oci-archive:${archive}`,
    image,
  );
  assert.notEqual(refused.code, 0, 'a wrong password');
  const listed = JSON.parse((await site.holdfast('image', 'list', '--json')).stdout) as {
    images: { reference: string }[];
  };
  assert.deepEqual(
    listed.images.map(({ reference }) => reference),
    ['people/hello:1'],
  );
});

test('a second site stands beside it, and takes neither its ports nor its addresses', {
  timeout: 120_000,
}, async () => {
  const clash = await other.holdfast('up', '--address', ADDRESS, '--ports', 'default');
  assert.equal(clash.code, 6, clash.stderr);
  assert.match(clash.stderr, /port 6443 \(Kubernetes API\) is in use on 198\.51\.100\.1/);
  assert.match(clash.stderr, /--ports auto/);
  assert.equal(fs.existsSync(other.data), false, 'nothing half-made is left');

  const taken = JSON.parse(fs.readFileSync(path.join(site.data, 'site.json'), 'utf8')) as {
    network: { serviceIps: { first: string; last: string } };
  };
  const { first, last } = taken.network.serviceIps;
  const range = await other.holdfast('up', '--service-ips', `${first}-${last}`);
  assert.equal(range.code, 6, range.stderr);
  assert.match(range.stderr, /is in use \((address|route) of hf/);
  assert.equal((await other.holdfast('up', '--address', '192.0.2.77')).code, 2, 'no address of this machine');
  assert.equal(fs.existsSync(other.data), false);

  await bringUp(other, '--address', ADDRESS);
  const [here, there] = await Promise.all([site.status(), other.status()]);
  assert.deepEqual([here.phase, there.phase], ['Ready', 'Ready']);
  assert.notEqual(here.clusters[0]?.endpoint, there.clusters[0]?.endpoint);
  await Promise.all([site.kubectl('create', 'namespace', 'here'), other.kubectl('create', 'namespace', 'there')]);
  assert.doesNotMatch(await site.kubectl('get', 'namespaces', '-o', 'name'), /namespace\/there/);
  assert.doesNotMatch(await other.kubectl('get', 'namespaces', '-o', 'name'), /namespace\/here/);
  await other.destroy();
  assert.equal((await site.status()).phase, 'Ready', 'the first is not touched');
});

test('a running site is left as it is, and one command at a time is at work', { timeout: 120_000 }, async () => {
  const pids = async (): Promise<string[]> => (await site.status()).processes.map(({ name, pid }) => `${name} ${pid}`);
  const before = await pids();
  const again = await site.holdfast('up');
  assert.equal(again.code, 0);
  assert.match(again.stderr, /runs already; nothing was changed/);
  const change = await site.holdfast('up', '--worker-cpu', '0.5');
  assert.equal(change.code, 6);
  assert.match(change.stderr, /only be taken up when it starts/);
  assert.deepEqual(await pids(), before);

  assert.equal((await site.holdfast('down')).code, 0);
  const both = await Promise.all([site.holdfast('up'), site.holdfast('up')]);
  const [won, lost] = both.sort((a, b) => a.code - b.code);
  assert.equal(won?.code, 0, won?.stderr);
  assert.equal(lost?.code, 6, lost?.stderr);
  assert.match(lost?.stderr ?? '', /another command is at work/);
  assert.equal((await site.status()).phase, 'Ready');
});

test('a site whose address is away comes up without it, says so, and answers when it is back', {
  timeout: 120_000,
}, async () => {
  assert.equal((await site.holdfast('down')).code, 0);
  await fine('ip', 'addr', 'del', `${ADDRESS}/24`, 'dev', CABLE);
  const up = await site.holdfast('up');
  assert.equal(up.code, 0, up.stderr);
  const doors = async (): Promise<string> => {
    const found = (await site.status()).conditions.find(({ type }) => type === 'OutsideDoorsOpen');
    return `${found?.status} ${found?.reason} ${found?.message}`;
  };
  assert.equal(await doors(), `False CannotListen ${ADDRESS} is no address of this machine`);
  await fine('ip', 'addr', 'add', `${ADDRESS}/24`, 'dev', CABLE);
  await eventually('the doors open', async () => (await doors()) === `True Open the doors answer at ${ADDRESS}`);
  const nodes = await outside(
    KUBECTL,
    '--kubeconfig',
    path.join(folder, 'outside.kubeconfig'),
    'get',
    'nodes',
    '-o',
    'name',
  );
  assert.equal(nodes.code, 0, nodes.stderr);
});

test('a folder of a newer version is refused and not touched', async () => {
  const newer = path.join(folder, 'newer');
  fs.mkdirSync(newer);
  const text = JSON.stringify({
    ...JSON.parse(fs.readFileSync(path.join(site.data, 'site.json'), 'utf8')),
    formatVersion: 99,
  });
  fs.writeFileSync(path.join(newer, 'site.json'), text);
  for (const verb of [['up'], ['status'], ['down'], ['destroy', '--yes']]) {
    const answer = await ran(path.join(HOME, 'holdfast'), [...verb, '--data', newer]);
    assert.equal(answer.code, 1, verb.join(' '));
    assert.match(answer.stderr, /has format 99; this software knows formats up to 1/);
    assert.match(answer.stderr, /use the software that made it/);
  }
  assert.deepEqual(fs.readdirSync(newer), ['site.json']);
  assert.equal(fs.readFileSync(path.join(newer, 'site.json'), 'utf8'), text);
});
