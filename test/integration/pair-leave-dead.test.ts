// A node that is lost for good leaves its site: only once it is fenced, and whatever interrupts the leaving, it goes on.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Site } from '#model/site';
import { bringUpPair, pairSite } from './pair.fixture.ts';
import { eventually, HOME } from './site.fixture.ts';

const site = pairSite('leave-dead');
const LAB_MS = 120_000;
const described = (): Site => JSON.parse(fs.readFileSync(path.join(site.data, 'lab.json'), 'utf8')).site as Site;

before(() => bringUpPair(site));
after(() => site.destroy());

test('a dead node leaves, though the command is killed when it is half done: up goes on with it', async () => {
  const secret = ['create', 'secret', 'generic', 'word', '--from-literal=is=kept'];
  assert.equal((await site.kubectlRan(secret)).code, 0);
  await site.killNode('node-a');
  // Its kubeconfig goes with the folder of the node that is dead; the other node has the same.
  const kubeconfig = path.join(site.data, 'node-b/pki/admin.kubeconfig');
  const ask = (...args: string[]) => site.kubectlRan([`--kubeconfig=${kubeconfig}`, ...args]);
  await eventually('the other node serves', async () => (await ask('get', 'secret', 'word')).code === 0, LAB_MS);
  // Refused until the fence stands, which depends on no time.
  await eventually(
    'it is let go',
    async () => {
      const leaving = spawn(path.join(HOME, 'holdfast'), ['node', 'leave', 'node-a', '--dead', '--data', site.data], {
        stdio: 'ignore',
      });
      const ended = new Promise<void>((resolve) => void leaving.once('close', () => resolve()));
      await eventually(
        'it ends, or the votes are taken',
        async () => leaving.exitCode !== null || !described().pair,
        LAB_MS,
      );
      leaving.kill('SIGKILL');
      await ended;
      return described().pair === undefined;
    },
    LAB_MS,
  );
  const up = await site.holdfast('up', '--timeout', '120');
  assert.equal(up.code, 0, up.stderr);
  const { nodes, phase } = await site.status();
  assert.deepEqual(
    [phase, nodes.map(({ name, address }) => `${name} ${address}`)],
    ['Ready', [`node-b ${described().network.gateway}`]],
  );
  const word = await ask('get', 'secret', 'word', '-o', 'jsonpath={.data.is}');
  assert.equal(Buffer.from(word.stdout, 'base64').toString(), 'kept');
  await eventually(
    'the store has moved home',
    async () => !fs.existsSync(path.join(site.data, 'node-b/state/etcd')),
    LAB_MS,
  );
  for (const left of ['node-a', 'witness']) assert.ok(!fs.existsSync(path.join(site.data, left)), left);
  const again = await site.holdfast('node', 'leave', 'node-a', '--dead');
  assert.equal(again.code, 0, again.stderr);
  assert.equal((await site.holdfast('node', 'leave', 'node-b', '--dead')).code, 6);
  // What was sealed for two stays sealed.
  const database = path.join(site.data, 'node-b/state/clusters/device');
  for (const file of fs.readdirSync(database))
    assert.ok(!fs.readFileSync(path.join(database, file)).includes(Buffer.from('a2VwdA==')), file);
});
