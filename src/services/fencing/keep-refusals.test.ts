// Refusals across lives of a voter, with a kernel that remembers scripts. test/integration/fencing has a real one.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { memoryLog } from '#platform/log';
import { type FakeNft, fakeNft } from '#platform/nft';
import { testFolder } from '#platform/process';
import { keepRefusals, type RefusalFacts, type Refusals, refusalRules } from './index.ts';

const folder = testFolder('refusals');
const file = path.join(folder, 'state', 'refused.json');
let facts: RefusalFacts;
let nft: FakeNft;
const start = (): Promise<Refusals> => keepRefusals({ file, facts: () => facts, nft, log: memoryLog() });

beforeEach(() => {
  fs.rmSync(path.dirname(file), { recursive: true, force: true });
  nft = fakeNft();
  const node = (host: number) => ({ addresses: [`10.50.0.${host}`], machines: [] });
  const nodes = { 'node-a': node(1), 'node-b': node(2), witness: node(3) };
  facts = { table: 'holdfast_x', devices: ['lan0'], doorPort: 9644, votePorts: [2379], nodes, floating: [] };
});
after(() => fs.rmSync(folder, { recursive: true }));

test('what is so already asks nothing of the kernel; what changed is asked once', async () => {
  const refusals = await start();
  assert.equal(nft.scripts.length, 1);
  await refusals.refuse([]);
  assert.equal(nft.scripts.length, 1);
  await refusals.refuse(['node-a']);
  await refusals.refuse(['node-a', 'node-a']);
  assert.deepEqual(nft.scripts.slice(1), [refusalRules(facts, ['node-a'])]);
  facts = { ...facts, floating: ['10.50.0.9'] };
  await refusals.refuse(['node-a']);
  assert.deepEqual(nft.scripts.slice(2), [refusalRules(facts, ['node-a'])]);
  await refusals.renew();
  assert.equal(nft.scripts.length, 4);
  await Promise.all([refusals.refuse(['node-b']), refusals.refuse([])]);
  assert.deepEqual(nft.scripts.slice(4), [refusalRules(facts, ['node-b']), refusalRules(facts, [])]);
  assert.deepEqual(refusals.refused, []);
});

test('the next life refuses the same nodes before it is there to be told', async () => {
  await (await start()).refuse(['node-b', 'node-a']);
  nft = fakeNft();
  const next = await start();
  assert.deepEqual(next.refused, ['node-a', 'node-b']);
  assert.deepEqual(nft.scripts, [refusalRules(facts, ['node-a', 'node-b'])]);
});

test('what the kernel did not take stands in the file all the same, is said, and is tried again', async () => {
  const refusals = await start();
  nft.failNext();
  await assert.rejects(refusals.refuse(['node-a']), { code: 'Invalid' });
  nft.failNext();
  await assert.rejects(start(), { code: 'Invalid' });
  await refusals.refuse(['node-a']);
  assert.equal(nft.scripts.at(-1), refusalRules(facts, ['node-a']));
});

test('without its record it refuses everybody, but for votes, until the first order', async () => {
  for (const damaged of ['', '{"refused":[', '{"refused":7}', 'null', '[]']) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, damaged);
    const refusals = await start();
    assert.deepEqual(refusals.refused, ['node-a', 'node-b', 'witness'], damaged);
    assert.equal(nft.scripts.at(-1), refusalRules(facts, ['node-a', 'node-b', 'witness'], { votes: true }));
    await refusals.refuse(['node-a', 'node-b', 'witness']);
    assert.equal(nft.scripts.at(-1), refusalRules(facts, ['node-a', 'node-b', 'witness']));
    assert.deepEqual((await start()).refused, ['node-a', 'node-b', 'witness']);
    await refusals.refuse([]);
    assert.deepEqual((await start()).refused, []);
  }
});

test('a node that is none of the site any more is forgotten, and cannot be refused', async () => {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, '{"refused":["node-a","node-z"]}');
  const refusals = await start();
  assert.deepEqual(refusals.refused, ['node-a']);
  await assert.rejects(refusals.refuse(['node-z']), { code: 'NotFound' });
  assert.deepEqual(refusals.refused, ['node-a']);
});
