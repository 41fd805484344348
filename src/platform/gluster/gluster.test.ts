// What gluster prints is read; what its programs find is written; whether glusterd answers is asked.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, test } from 'node:test';
import { WorldError } from '#base';
import { testFolder } from '#platform/process';
import { glusterdAnswers } from './answers.ts';
import { connectedBricks, volumeAnswers } from './client-view.ts';
import { healingRead, peersRead, volumeRead } from './gluster.ts';
import { pendingEntries } from './pending.ts';
import { glusterdArgv, prepareGluster, volumeClientArgv } from './places.ts';

const folder = testFolder('gluster');
after(() => fs.rmSync(folder, { recursive: true }));
const at = (...names: string[]): string => path.join(folder, ...names);

const PEERS = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cliOutput><opRet>0</opRet><peerStatus>
  <peer><uuid>25e0</uuid><hostname>node-b</hostname><hostnames><hostname>node-b</hostname></hostnames>
    <connected>1</connected><state>3</state><stateStr>Peer in Cluster</stateStr></peer>
  <peer><uuid>a05e</uuid><hostname>witness</hostname><hostnames><hostname>witness</hostname></hostnames>
    <connected>0</connected><state>5</state><stateStr>Peer is connected and Accepted</stateStr></peer>
</peerStatus></cliOutput>`;

const brick = (host: string): string =>
  `<brick uuid="d7">${host}:/run/bricks/replicated<name>${host}:/run/bricks/replicated</name><isArbiter>0</isArbiter></brick>`;
const VOLUMES = `<cliOutput><opRet>0</opRet><volInfo><volumes>
  <volume><name>other</name><statusStr>Created</statusStr><arbiterCount>0</arbiterCount>
    <bricks>${brick('x')}</bricks><options></options></volume>
  <volume><name>replicated</name><status>1</status><statusStr>Started</statusStr><arbiterCount>1</arbiterCount>
    <bricks>${brick('node-a')}${brick('node-b')}${brick('witness')}</bricks>
    <options><option><name>auth.allow</name><value>10.51.77.1,10.51.77.2</value></option>
      <option><name>a&amp;b</name><value>&lt;1&gt;</value></option></options></volume>
  <count>2</count></volumes></volInfo></cliOutput>`;

const HEALING = `<cliOutput><healInfo><bricks>
  <brick hostUuid="d7"><name>node-a:/run/bricks/replicated</name><status>Connected</status>
    <totalNumberOfEntries>9</totalNumberOfEntries><numberOfEntriesInHealPending>5</numberOfEntriesInHealPending>
    <numberOfEntriesInSplitBrain>1</numberOfEntriesInSplitBrain><numberOfEntriesPossiblyHealing>3</numberOfEntriesPossiblyHealing></brick>
  <brick hostUuid="25"><name>node-b:/run/bricks/replicated</name>
    <status>Failed to process entries completely. (Transport endpoint is not connected)totalNumberOfEntries0</status></brick>
</bricks></healInfo><opRet>0</opRet></cliOutput>`;

test('members, volumes and what is to be healed are read', () => {
  assert.deepEqual(peersRead(PEERS), [
    { name: 'node-b', connected: true, member: true },
    { name: 'witness', connected: false, member: false },
  ]);
  assert.deepEqual(volumeRead(VOLUMES, 'replicated'), {
    name: 'replicated',
    started: true,
    brickHosts: ['node-a', 'node-b', 'witness'],
    arbiter: true,
    options: { 'auth.allow': '10.51.77.1,10.51.77.2', 'a&b': '<1>' },
  });
  assert.equal(volumeRead(VOLUMES, 'x'), undefined);
  assert.deepEqual(healingRead(HEALING), [
    { host: 'node-a', reached: true, entries: 6 },
    { host: 'node-b', reached: false, entries: 0 },
  ]);
});

test('programs are given the folders of the node, and names at the addresses that it reaches', () => {
  const places = { state: at('state'), logs: at('logs'), run: at('run'), bricks: at('bricks') };
  prepareGluster(places, new Map([['node-b', '10.51.0.2']]));
  assert.match(fs.readFileSync(at('run', 'hosts'), 'utf8'), /^10\.51\.0\.2 node-b$/m);
  prepareGluster(places, new Map([['node-b', '10.51.0.9']]));
  assert.match(fs.readFileSync(at('run', 'hosts'), 'utf8'), /^10\.51\.0\.9 node-b$/m);
  assert.deepEqual(fs.readdirSync(at('run', 'bricks')), []);
  const argv = glusterdArgv(places);
  assert.deepEqual(argv.slice(0, 10), [
    ...['unshare', '--mount', '--propagation', 'slave', 'sh', at('run', 'inside.sh')],
    ...[places.run, places.state, places.logs, places.bricks],
  ]);
  const client = volumeClientArgv(places, { volume: 'v', point: at('point'), servers: ['a', 'b'] });
  assert.deepEqual(client.slice(-4), ['--volfile-id=v', '--volfile-server=a', '--volfile-server=b', at('point')]);
});

test('what a brick knows others to lack is counted from its index', () => {
  assert.equal(pendingEntries(at('none')), 0);
  const index = at('brick', '.glusterfs', 'indices', 'xattrop');
  fs.mkdirSync(index, { recursive: true });
  for (const name of ['xattrop-11d3', '00000000-01', '7be0-02']) fs.writeFileSync(path.join(index, name), '');
  assert.equal(pendingEntries(at('brick')), 2);
});

test('where nothing is mounted no client tells anything', async () => {
  assert.equal(await volumeAnswers(folder), false);
  assert.equal(await connectedBricks({ point: folder, volume: 'replicated', bricks: 3 }), undefined);
});

test('any answer of glusterd is a sign of life; silence is none, and nobody there an error', async () => {
  const asked: string[] = [];
  const server = net.createServer((socket) =>
    socket.once('data', (call) => {
      asked.push(call.toString('hex'));
      socket.end(Buffer.from([0x80, 0, 0, 4, 0, 0, 0, 1]));
      socket.resume();
    }),
  );
  const socket = at('glusterd.socket');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  await glusterdAnswers(socket);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  assert.deepEqual(asked, [
    // Mark and length; number, call, version 2; program, its version, procedure; no credentials, no verifier.
    `80000028${'00000001'}${'00000000'}${'00000002'}${'075bb86d'}${'00000001'}${'00000001'}${'00000000'.repeat(4)}`,
  ]);
  await assert.rejects(glusterdAnswers(socket), (error) => error instanceof WorldError && error.code === 'Unavailable');
});
