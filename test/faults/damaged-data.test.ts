// A site whose files rotted or come from another release: each is mended and said, or refused at once with the cure, never
// answered with something that is not what was written.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { present } from '#base';
import { GUARD_NAME } from '#model/site';
import { sha256Of } from '#platform/digest';
import { isAlive, runningIdentities } from '#platform/process';
import { bringUp, eventually, testSite } from '../integration/site.fixture.ts';
import { adminDoor, registryDoor } from './doors.fixture.ts';
import { eventsOf } from './events.fixture.ts';

const site = testSite('damaged');
const MAPS = '/api/v1/namespaces/default/configmaps';
const START_MS_MAX = 30_000;
const store = path.join(site.data, 'state/clusters/device/store.db');
const whole = `${site.data}.whole`;
const JSON_TYPE = { 'content-type': 'application/json' };

const put = async (name: string): Promise<number> => {
  const body = JSON.stringify({ metadata: { name }, data: { text: 'x'.repeat(5_000) } });
  return (await adminDoor(site).ask({ method: 'POST', path: MAPS, headers: JSON_TYPE, body })).code;
};
const there = async (name: string): Promise<boolean> =>
  (await adminDoor(site).ask({ path: `${MAPS}/${name}` })).code === 200;
/** `up` must fail soon, with these words; the data are then put back as they were. */
async function refused(words: RegExp, cure: RegExp): Promise<void> {
  const began = Date.now();
  const { code, stderr } = await site.holdfast('up');
  assert.equal(code, 1, stderr);
  assert.match(stderr, words);
  assert.match(stderr, cure);
  assert.ok(Date.now() - began < START_MS_MAX, 'it is said at once, not after waiting');
  assert.equal((await site.status()).phase, 'Stopped', 'nothing is left running');
  fs.rmSync(site.data, { recursive: true });
  fs.cpSync(whole, site.data, { recursive: true });
}
function change(file: string, act: (bytes: Buffer) => Buffer | undefined): void {
  const bytes = fs.readFileSync(file);
  fs.writeFileSync(file, act(bytes) ?? bytes);
}
async function downAndKept(): Promise<void> {
  assert.equal((await site.holdfast('down')).code, 0);
  fs.rmSync(whole, { recursive: true, force: true });
  fs.cpSync(site.data, whole, { recursive: true });
}

/** Kills everything, its guard first: that would bring the keeper back. */
async function killAll(): Promise<void> {
  const { processes } = await site.status();
  const guardFirst = processes.toSorted((a, b) => Number(b.name === GUARD_NAME) - Number(a.name === GUARD_NAME));
  for (const { pid } of guardFirst) process.kill(pid, 'SIGKILL');
  await eventually(
    'all are dead',
    async () => !runningIdentities().some(({ pid }) => processes.some((p) => p.pid === pid)),
  );
}

before(async () => {
  await bringUp(site, '--runtime', 'simulated');
  for (let i = 0; i < 20; i++) assert.equal(await put(`kept-${i}`), 201);
  await downAndKept();
});
after(async () => {
  if (!fs.existsSync(path.join(site.data, 'site.json')) && fs.existsSync(whole)) {
    fs.rmSync(site.data, { recursive: true, force: true });
    fs.cpSync(whole, site.data, { recursive: true });
  }
  await site.destroy();
});

test('a database with changed bytes is refused with the cure', async () => {
  change(store, (bytes) => {
    const at = bytes.indexOf('"name":"kept-7"');
    assert.ok(at > 0);
    bytes.write('lost', at + 8);
    return undefined;
  });
  await refused(/store\.db is damaged/, /restore the last backup/);
});

test('a database cut short, emptied or gone is refused with the cure', async () => {
  for (const act of [() => fs.truncateSync(store, 8192), () => fs.truncateSync(store, 0), () => fs.rmSync(store)]) {
    act();
    await refused(/store\.db is damaged/, /restore the last backup/);
  }
});

test('data of a newer release are refused with the cure: the store, and the folder', async () => {
  change(store, (bytes) => {
    bytes.writeUInt32BE(99, 60);
    return undefined;
  });
  await refused(/has format 99/, /the release that wrote it/);
  const siteFile = path.join(site.data, 'site.json');
  change(siteFile, (bytes) => Buffer.from(bytes.toString().replace(/"formatVersion": \d+/, '"formatVersion": 99')));
  for (const command of ['up', 'status', 'down', 'destroy']) {
    const { code, stderr } = await site.holdfast(command, ...(command === 'destroy' ? ['--yes'] : []));
    assert.equal(code, 1, command);
    assert.match(stderr, /has format 99.*\n.*use the software that made it/, command);
  }
  fs.copyFileSync(path.join(whole, 'site.json'), siteFile);
});

test('a damaged site.json is refused with the cure, and nothing is made anew in its place', async () => {
  const siteFile = path.join(site.data, 'site.json');
  for (const text of ['', '{"id":', 'null', '{}', '\0'.repeat(500)]) {
    fs.writeFileSync(siteFile, text);
    const { code, stderr } = await site.holdfast('up');
    assert.equal(code, 1, stderr);
    assert.match(stderr, /site\.json is damaged[\s\S]*backup/);
    assert.equal(fs.readFileSync(siteFile, 'utf8'), text);
  }
  fs.copyFileSync(path.join(whole, 'site.json'), siteFile);
});

test('a write that was cut short is dropped and said; what was acknowledged is there', async () => {
  assert.equal((await site.holdfast('up')).code, 0);
  assert.equal(await put('acknowledged'), 201);
  await killAll();
  // The log ends with half of a frame, as a cut power leaves one that was never acknowledged.
  const wal = fs.readFileSync(`${store}-wal`);
  fs.appendFileSync(`${store}-wal`, tornFrame(wal));
  const { code, stderr } = await site.holdfast('up');
  assert.equal(code, 0, stderr);
  assert.ok(await there('acknowledged'));
  assert.ok(await there('kept-7'));
  assert.ok(eventsOf(site).includes('device store Repaired'));
});

/** The last frame once more, as if its page were only half written. */
function tornFrame(wal: Buffer): Buffer {
  const frameBytes = 24 + wal.readUInt32BE(8);
  const half = Math.floor(frameBytes / 2);
  const frame = wal.subarray(wal.length - frameBytes);
  return Buffer.concat([frame.subarray(0, half), Buffer.alloc(frameBytes - half)]);
}

test('a write-ahead log that is damaged before its end is refused with the cure', async () => {
  await downAndKept();
  assert.equal((await site.holdfast('up')).code, 0);
  for (let i = 0; i < 5; i++) assert.equal(await put(`wal-${i}`), 201);
  await killAll();
  change(`${store}-wal`, (bytes) => {
    bytes.writeUInt8((bytes[1000] ?? 0) ^ 1, 1000);
    return undefined;
  });
  await refused(/store\.db-wal is damaged/, /restore the last backup/);
});

test('a damaged record of the processes is mended: nothing runs twice', async () => {
  assert.equal((await site.holdfast('up')).code, 0);
  const old = await site.status();
  const pidOf = (wanted: string) => present(old.processes.find(({ name }) => name === wanted)?.pid, `${wanted} runs`);
  const identities = runningIdentities().filter(({ pid }) => old.processes.some((process) => process.pid === pid));
  // The guard would bring the keeper back before its record is damaged.
  for (const name of [GUARD_NAME, 'holdfastd']) process.kill(pidOf(name), 'SIGKILL');
  fs.writeFileSync(path.join(site.data, 'run/processes.json'), '{"kube": {');
  assert.equal((await site.status()).phase, 'Degraded');
  const { code, stderr } = await site.holdfast('up');
  assert.equal(code, 0, stderr);
  assert.deepEqual(identities.filter(isAlive), []);
  assert.ok(eventsOf(site).includes('holdfastd RecordsDamaged'));
  assert.ok(await there('kept-7'));
});

test('a damaged catalogue file of the registry takes down no other repository', async () => {
  const ask = (method: string, where: string, body?: string | Uint8Array, type = 'application/octet-stream') => {
    const { door, authorization } = registryDoor(site);
    return door.ask({ method, path: where, headers: { authorization, 'content-type': type }, body });
  };
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = (name: string) =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: { mediaType: 'application/x', digest: sha256Of(name), size: name.length },
      layers: [],
    });
  const push = async (name: string): Promise<void> => {
    assert.equal((await ask('POST', `/v2/${name}/blobs/uploads/?digest=${sha256Of(name)}`, name)).code, 201);
    const { code, text } = await ask('PUT', `/v2/${name}/manifests/v1`, manifest(name), type);
    assert.equal(code, 201, text);
  };
  for (const name of ['one', 'two']) await push(name);
  await site.holdfast('down');
  const folder = path.join(site.data, 'content/repositories');
  const file = present(
    fs.readdirSync(folder).find((name) => name.includes('one')),
    'the repository has a file',
  );
  fs.truncateSync(path.join(folder, file), 20);
  const { code, stderr } = await site.holdfast('up');
  assert.equal(code, 0, stderr);
  assert.equal((await ask('GET', '/v2/two/manifests/v1')).code, 200);
  assert.equal((await ask('GET', '/v2/one/manifests/v1')).code, 404);
  assert.ok(eventsOf(site).includes('registry CatalogueDamaged'));
  assert.ok(fs.existsSync(path.join(folder, `${file}.damaged`)));
  assert.equal((await ask('HEAD', `/v2/one/blobs/${sha256Of('one')}`)).code, 200, 'its blobs are kept');
  await push('one');
  assert.equal((await ask('GET', '/v2/one/manifests/v1')).code, 200);
  assert.ok(!fs.existsSync(path.join(folder, `${file}.damaged`)));
});
