// What both nodes must have travels through a real etcd of three members: published by whoever controls, taken over whole by the other,
// never half written, never readable in etcd.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { present } from '#base';
import { keysText } from './keys.fixture.ts';
import type { NodeProcess } from './node.fixture.ts';
import { SharingSite, until } from './shared-files.fixture.ts';

const SECRET = 'the-secret-that-nobody-may-read-in-etcd';
let site: SharingSite;
before(async () => {
  site = await SharingSite.start();
  for (const node of ['node-a', 'node-b'] as const) site.startNode(node);
  site.startWitness();
});
after(() => site.stop());

const A = 'node-a';
const B = 'node-b';
const comesTo = (node: string, file: string, text: string | undefined): Promise<void> =>
  until(`${node} has ${file}`, () => site.read(node, file) === text);

test('what stands on the node that controls comes to the other, for the owner only, and the mark of changes is last', async () => {
  site.write(A, 'pki/users.json', '{"users":[]}');
  site.write(A, 'pki/etcd/1.pem', SECRET);
  site.write(A, 'pki/etcd/anchor.crt', 'trusted');
  site.write(A, 'pki/etcd-witness.pem', 'leaf of the witness');
  site.write(A, 'pki/changed', 'its own');
  site.write(A, 'state/settings.json', '{"telemetry":false}');
  site.write(A, 'state/link/desired/inventory.json', `${SECRET}${'x'.repeat(3_000_000)}`);
  site.write(A, 'state/link/journal.json', 'its own');
  site.write(A, 'state/clock.json', 'its own');
  await site.control(A);
  await site.inStep();
  for (const file of ['pki/users.json', 'pki/etcd/1.pem', 'state/settings.json', 'state/link/desired/inventory.json']) {
    assert.equal(site.read(B, file), site.read(A, file), file);
    assert.equal(fs.statSync(path.join(site.data(B), file)).mode & 0o777, 0o600, file);
    assert.equal(fs.statSync(path.dirname(path.join(site.data(B), file))).mode & 0o777, 0o700, file);
  }
  for (const file of ['state/link/journal.json', 'state/clock.json']) assert.equal(site.read(B, file), undefined, file);
  const changed = fs.statSync(path.join(site.data(B), 'pki/changed')).mtimeMs;
  assert.notEqual(site.read(B, 'pki/changed'), 'its own');
  for (const file of ['pki/users.json', 'pki/etcd/1.pem'])
    assert.ok(fs.statSync(path.join(site.data(B), file)).mtimeMs <= changed, file);
});

test('a person who is shut out on one node is shut out on the other, which is told', async () => {
  const told = site.read(B, 'pki/changed');
  const revoked = '{"users":[{"name":"anna","revokedAt":"2026-11-26T00:00:00Z"}]}';
  site.write(A, 'pki/users.json', revoked);
  await site.node(A).publish();
  await comesTo(B, 'pki/users.json', revoked);
  await until('it is told', () => site.read(B, 'pki/changed') !== told);
});

test('what is deleted goes on the other node, and only what came by this way', async () => {
  site.write(B, 'state/link/left-alone.json', 'of this node');
  site.remove(A, 'pki/etcd/1.pem');
  site.write(A, 'state/link/desired/inventory.json', 'small now');
  await site.node(A).publish();
  await comesTo(B, 'pki/etcd/1.pem', undefined);
  await comesTo(B, 'state/link/desired/inventory.json', 'small now');
  assert.equal(site.read(B, 'state/link/left-alone.json'), 'of this node');
  assert.deepEqual([...(await site.valuesBelow('/holdfast/shared/site/parts/')).keys()], [], 'no part is left');
});

test('the witness gets what it votes with, and nothing else', async () => {
  await comesTo('witness', 'pki/etcd-witness.pem', 'leaf of the witness');
  await comesTo('witness', 'pki/etcd/anchor.crt', 'trusted');
  site.write(A, 'pki/etcd/anchor.crt', 'trusted, and the next');
  await comesTo('witness', 'pki/etcd/anchor.crt', 'trusted, and the next');
  await until('the nodes know', () => site.node(A).state().witness.inStep);
  assert.deepEqual(fs.readdirSync(path.join(site.data('witness'), 'pki')).sort(), [
    'changed',
    'etcd',
    'etcd-witness.pem',
    'witness-key.json',
  ]);
});

test('whoever takes control takes over what is there first; what the other changed meanwhile and could not publish gives way', async () => {
  await site.loseControl();
  site.write(A, 'pki/users.json', 'changed without control');
  await assert.rejects(site.node(A).publish(), { code: 'Unavailable' });
  assert.equal(site.node(A).state().inStep, false);
  site.write(B, 'state/settings.json', 'changed before control, and lost');
  await site.control(B);
  assert.equal(site.node(B).state().role, 'publishing');
  assert.equal(site.read(B, 'state/settings.json'), '{"telemetry":false}');
  site.write(B, 'state/settings.json', '{"telemetry":true}');
  await site.node(B).publish();
  await comesTo(A, 'state/settings.json', '{"telemetry":true}');
  await until(
    'the unpublished change is gone',
    () => site.read(A, 'pki/users.json') === site.read(B, 'pki/users.json'),
  );
  await site.inStep();
  assert.equal(
    site.read(A, 'state/link/left-alone.json'),
    'of this node',
    'a file of its own is published by who controls',
  );
});

test('a change of the key that seals has everything sealed anew, once the other node has that key', async () => {
  site.write(B, 'pki/sealing.json', keysText(1, 2));
  await site.node(B).publish();
  await comesTo(A, 'pki/sealing.json', keysText(1, 2));
  site.write(B, 'pki/sealing.json', keysText(2, 1));
  await site.node(B).publish();
  await site.inStep();
  assert.deepEqual(site.node(B).state().sealedBy, [2]);
  site.write(B, 'pki/sealing.json', keysText(2));
  await site.node(B).publish();
  await site.inStep();
  assert.equal(site.read(A, 'pki/sealing.json'), keysText(2));
});

test('what was exchanged in etcd is noticed, taken by nobody, and published again by who controls next', async () => {
  const [users, settings] = ['pki/users.json', 'state/settings.json'].map(
    (file) => `/holdfast/shared/site/files/${file}`,
  );
  site.write(B, 'pki/users.json', 'of another publication than the settings');
  await site.node(B).publish();
  await site.inStep();
  const values = await site.valuesBelow('/holdfast/shared/site/files/');
  const before = site.read(A, 'pki/users.json');
  await site.put(present(users, 'a key'), present(values.get(present(settings, 'a key')), 'the settings are there'));
  await until('it is told', () => /pki\/users.json/.test(site.node(A).state().problem ?? ''));
  assert.equal(site.read(A, 'pki/users.json'), before);
  await site.control(A);
  await site.inStep();
  assert.equal(site.read(B, 'pki/users.json'), before);
});

test('a file that is too large is told, and keeps no other back', async () => {
  fs.truncateSync(path.join(site.data(A), 'state/settings.json'), 40 * 1024 * 1024);
  site.write(A, 'pki/users.json', 'beside a large one');
  await site.node(A).publish();
  await comesTo(B, 'pki/users.json', 'beside a large one');
  assert.match(site.node(A).state().problem ?? '', /settings.json is larger/);
  assert.equal(site.read(B, 'state/settings.json'), '{"telemetry":true}');
  site.write(A, 'state/settings.json', '{"telemetry":false}');
  await site.node(A).publish();
  await site.inStep();
});

test('members of etcd may die in the middle of publications', async () => {
  for (const name of [A, B, 'witness']) {
    await site.etcd.members.get(name)?.kill();
    site.write(A, 'pki/users.json', `while ${name} is dead`);
    await site.node(A).publish();
    await comesTo(B, 'pki/users.json', `while ${name} is dead`);
    await site.etcd.members.get(name)?.start();
  }
});

test('a node that is killed again and again while it takes over never has half a file, and comes into step', async () => {
  await site.node(B).close();
  const stateFile = path.join(site.folder, 'state-of-b.json');
  const of: NodeProcess = { self: B, other: A, data: site.data(B), etcd: site.etcd.clientOf(B), stateFile };
  const program = path.join(import.meta.dirname, 'node.fixture.ts');
  const contentOf = (round: number): string => `${round}\n`.repeat(20_000);
  const names = Array.from({ length: 12 }, (_, i) => `pki/many/${i}.pem`);
  for (let round = 1; round <= 8; round++) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, JSON.stringify(of)]);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    for (const name of names) site.write(A, name, contentOf(round));
    await site.node(A).publish();
    // In the middle: the first of this round's files is there.
    await until('it takes over', () => names.some((name) => site.read(B, name) === contentOf(round)));
    child.kill('SIGKILL');
    await ended;
    for (const name of names) {
      const text = site.read(B, name);
      if (text !== undefined) assert.equal(text, contentOf(Number.parseInt(text, 10)), name);
    }
  }
  site.remove(A, present(names[0], 'a name'));
  site.startNode(B);
  await site.inStep();
  for (const name of names) assert.equal(site.read(B, name), site.read(A, name), name);
});

test('a change is known as soon as it is made, and brings no doubt while it is under way, unless the other stays away', async () => {
  await site.inStep();
  site.write(A, 'state/settings.json', '{"telemetry":true}');
  const { inStep, keepsUp } = site.node(A).state();
  assert.deepEqual([inStep, keepsUp], [false, true]);
  await site.inStep();
  await site.node(B).close();
  site.write(A, 'state/settings.json', '{"telemetry":false}');
  await until('the other counts as behind', () => !site.node(A).state().keepsUp);
  site.startNode(B);
  await site.inStep();
  assert.equal(site.node(A).state().keepsUp, true);
});

test('a node whose disk was replaced is in step again only when it has everything', async () => {
  await site.node(B).close();
  fs.rmSync(site.data(B), { recursive: true });
  site.write(B, 'pki/witness-key.json', keysText(9));
  site.write(B, 'pki/sealing.json', keysText(7));
  site.startNode(B);
  await until('its earlier word counts no more', () => !site.node(A).state().inStep);
  await until('it says why', () => /not here/.test(site.node(B).state().problem ?? ''));
  assert.equal(site.read(B, 'pki/users.json'), undefined);
  site.write(B, 'pki/sealing.json', keysText(2));
  await site.inStep();
  assert.equal(site.read(B, 'pki/users.json'), site.read(A, 'pki/users.json'));
});

test('nothing of a shared file can be read in the folder of any member of etcd', () => {
  const files = fs
    .readdirSync(site.etcd.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const holding = (text: string): string[] => files.filter((file) => fs.readFileSync(file).includes(text));
  assert.ok(holding('/holdfast/shared/site/files/pki/users.json').length >= 3, 'each member has it');
  for (const text of [SECRET, 'leaf of the witness', '"telemetry"', 'revokedAt', keysText(2).slice(20, 60)])
    assert.deepEqual(holding(text), [], text);
});
