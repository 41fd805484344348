// A site whose disk gets full while it works: what was acknowledged stays, reads and deletes go on, nothing dies, and with
// room again everything works by itself. The data folder is a small file system of its own.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { present } from '#base';
import { sha256Of } from '#platform/digest';
import { runOrThrow } from '#platform/process';
import { bringUp, eventually, testSite } from '../integration/site.fixture.ts';
import { fillDisk } from './disk.fixture.ts';
import { adminDoor, type Door, registryDoor } from './doors.fixture.ts';
import { eventsOf } from './events.fixture.ts';

const site = testSite('full');
const MAPS = '/api/v1/namespaces/default/configmaps';
const DISK = '72m';
const filler = `${site.data}/filler`;
const written = new Map<string, string>();
let api: Door;

const write = async (name: string, text: string): Promise<{ code: number; message: string }> => {
  const body = JSON.stringify({ metadata: { name }, data: { text } });
  const answer = await api.ask({ method: 'POST', path: MAPS, headers: { 'content-type': 'application/json' }, body });
  if (answer.code === 201) written.set(name, text);
  return { code: answer.code, message: JSON.parse(answer.text).message };
};
async function allThere(): Promise<void> {
  const list = JSON.parse((await api.ask({ path: MAPS })).text) as {
    items: { metadata: { name: string }; data: { text?: string } }[];
  };
  const found = new Map(list.items.map(({ metadata, data }) => [metadata.name, data.text]));
  for (const [name, text] of written) assert.equal(found.get(name), text, name);
}
const diskRoom = async () => (await site.status()).conditions.find(({ type }) => type === 'DiskRoom');
const restarts = async (): Promise<string[]> =>
  (await site.status()).processes.map(({ name, pid, restarts: n }) => `${name} ${pid} ${n}`);
let processes: string[];

before(async () => {
  fs.mkdirSync(site.data, { recursive: true });
  await runOrThrow('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=700`, 'tmpfs', site.data]);
  await bringUp(site, '--runtime', 'simulated');
  api = adminDoor(site);
  processes = await restarts();
});
after(async () => {
  fs.rmSync(filler, { force: true });
  if (fs.existsSync(`${site.data}/site.json`)) await site.holdfast('destroy', '--yes');
  await eventually('the disk is let go', () => runOrThrow('umount', [site.data]).then(() => true));
  fs.rmSync(path.dirname(site.data), { recursive: true, force: true });
});

test('while the disk gets full, writes are refused with the cure, and nothing that was acknowledged is lost', async () => {
  assert.equal((await diskRoom())?.status, 'True');
  assert.equal((await write('first', 'x')).code, 201);
  fillDisk(filler);
  let refused: { code: number; message: string } | undefined;
  for (let i = 0; i < 200 && !refused; i++) {
    const answer = await write(`map-${i}`, 'x'.repeat(50_000));
    if (answer.code !== 201) refused = answer;
  }
  const { code, message } = present(refused, 'writes are refused on a full disk');
  assert.equal(code, 507);
  assert.match(message, /disk is full.*(make|free) room/);
  await allThere();
});

test('status tells it, reads and deletes work from the room that was kept for them', async () => {
  const { reason, message } = present(await diskRoom(), 'there is a condition DiskRoom');
  assert.deepEqual([reason, (await diskRoom())?.status], ['DiskFull', 'False']);
  assert.match(message, /make room/);
  assert.equal((await api.ask({ method: 'DELETE', path: `${MAPS}/first` })).code, 200);
  written.delete('first');
  assert.equal((await api.ask({ path: `${MAPS}/first` })).code, 404);
  assert.equal((await write('refused', 'x')).code, 507);
  await allThere();
});

test('when others take the kept room too, the processes live on', async () => {
  fillDisk(filler);
  assert.equal((await write('still-refused', 'x')).code, 507);
  assert.equal((await api.ask({ path: '/readyz' })).code, 200);
  await allThere();
  assert.deepEqual(await restarts(), processes);
});

test('a process that dies on a full disk is started again', async () => {
  const { pid } = present(
    (await site.status()).processes.find(({ name }) => name === 'agent-node-a-worker'),
    'the agent runs',
  );
  process.kill(pid, 'SIGKILL');
  const again = await eventually('the agent is started again', async () =>
    (await site.status()).processes.find((one) => one.name === 'agent-node-a-worker' && one.pid !== pid),
  );
  assert.ok(again.restarts > 0);
});

test('the registry refuses pushes and imports with the cure, and keeps nothing half', async () => {
  const { door: registry, authorization } = registryDoor(site);
  const blob = Buffer.alloc(1 << 20, 'b');
  const uploads = `${site.data}/content/uploads`;
  const ask = (method: string, path: string, body?: Uint8Array) =>
    registry.ask({ method, path, headers: { authorization }, body });
  const pushed = await ask('POST', `/v2/a/blobs/uploads/?digest=${sha256Of(blob)}`, blob);
  assert.equal(pushed.code, 507, pushed.text);
  assert.match(pushed.text, /disk is full.*make room/);
  assert.deepEqual(fs.existsSync(uploads) ? fs.readdirSync(uploads) : [], []);
  assert.equal((await ask('HEAD', `/v2/a/blobs/${sha256Of(blob)}`)).code, 404);
  const archive = `${site.data}/../image.tar`;
  const layout = `${site.data}/../layout`;
  fs.mkdirSync(`${layout}/blobs/sha256`, { recursive: true });
  fs.writeFileSync(`${layout}/blobs/sha256/${sha256Of(blob).slice(7)}`, blob);
  fs.writeFileSync(`${layout}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}');
  await runOrThrow('tar', ['-cf', archive, '-C', layout, 'oci-layout', 'blobs']);
  const imported = await site.holdfast('image', 'import', archive);
  assert.equal(imported.code, 1);
  assert.match(imported.stderr, /disk is full[\s\S]*make room/);
  assert.deepEqual(fs.existsSync(uploads) ? fs.readdirSync(uploads) : [], []);
});

test('with room again everything works by itself', async () => {
  fs.rmSync(filler);
  await eventually('writes work again', async () => (await write(`again-${written.size}`, 'y')).code === 201, 20_000);
  await eventually('the site is Ready', async () => (await site.status()).phase === 'Ready', 30_000);
  assert.equal((await diskRoom())?.status, 'True');
  const { door: registry, authorization } = registryDoor(site);
  const blob = Buffer.alloc(1 << 20, 'b');
  const path = `/v2/a/blobs/uploads/?digest=${sha256Of(blob)}`;
  assert.equal((await registry.ask({ method: 'POST', path, headers: { authorization }, body: blob })).code, 201);
  await allThere();
  assert.ok(eventsOf(site).includes('device store DiskRoom'));
});

test('a site that was stopped comes up again with everything', async () => {
  assert.equal((await site.holdfast('down')).code, 0);
  const { code, stderr } = await site.holdfast('up');
  assert.equal(code, 0, stderr);
  await allThere();
});

test('the disk of a data folder stays mounted, also when the site is destroyed', async () => {
  const mounted = () => fs.readFileSync('/proc/mounts', 'utf8').includes(` ${site.data} `);
  assert.ok(mounted());
  const { code, stderr } = await site.holdfast('destroy', '--yes');
  assert.equal(code, 0, stderr);
  assert.ok(mounted());
  assert.deepEqual(fs.readdirSync(site.data), []);
});
