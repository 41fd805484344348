// Failover at work on a real etcd of three members: who leads, what an election and a loss do, and how a node comes back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { present } from '#base';
import { NODES, type TestNode, TestSite, WITNESS } from './failover.fixture.ts';

let site: TestSite;
before(async () => {
  site = await TestSite.start();
});
after(() => site.stop());

const isMember = ({ failover }: TestNode): boolean => failover?.state.node === 'member';
const allMembers = (): boolean => [...site.nodes.values()].every(isMember);
const leader = async (): Promise<TestNode> => {
  await site.until('one serves', () => site.serving().length === 1);
  return present(site.serving()[0], 'one serves');
};
const otherThan = ({ name }: TestNode): TestNode => site.node(NODES.find((one) => one !== name) ?? '');

test('both nodes join, and one of them leads', async () => {
  await site.until('both are members and one controls', () => {
    const controls = [...site.nodes.values()].filter(({ failover }) => failover?.state.control === 'controlling');
    return allMembers() && controls.length === 1;
  });
  for (const node of site.nodes.values()) node.runsPods = true;
});

test('the death of any member of etcd, and the election after it, kills no pod', async () => {
  for (const name of [...NODES, WITNESS]) {
    await site.etcd.members.get(name)?.kill();
    await site.until('one serves without it', () => site.serving().length === 1 && allMembers());
    await site.etcd.members.get(name)?.start();
  }
  assert.deepEqual(
    [...site.nodes.values()].map(({ kills }) => kills),
    [0, 0],
  );
});

test('a control plane that makes no progress hands over, and no pod feels it', async () => {
  const old = await leader();
  old.stuck = true;
  await site.until('the other one serves', () => site.serving().includes(otherThan(old)));
  old.stuck = false;
  await site.until('one controls', () => otherThan(old).failover?.state.control === 'controlling');
  assert.deepEqual(
    [...site.nodes.values()].map(({ kills }) => kills),
    [0, 0],
  );
});

test('a program that starts anew adopts the lease of its life before, and kills no pod', async () => {
  const node = otherThan(await leader());
  await node.failover?.stop('as it stands');
  site.startNode(node.name, 'adopting');
  assert.equal(isMember(node), true, 'at once');
  const began = performance.now();
  await site.until('it has renewed the lease for longer than it was adopted', () => performance.now() - began > 8_000);
  assert.deepEqual([isMember(node), node.kills, node.runsPods], [true, 0, true]);
});

test('a node that is lost is refused by all before its pods are let go, and is let in again once nothing of it runs', async () => {
  const lost = await leader();
  const survivor = otherThan(lost);
  await lost.failover?.stop('as it stands');
  await site.until('the survivor controls', () => survivor.failover?.state.control === 'controlling');
  const movesMs = await site.until('its pods may start elsewhere', () => survivor.lostNodes.includes(lost.name));
  assert.ok(movesMs < 30_000);
  assert.deepEqual([survivor.refused, site.witnessRefuses], [[lost.name], [lost.name]]);
  // It starts again: nothing of its old life may be there.
  lost.runsPods = true;
  site.startNode(lost.name);
  await site.until('its old pods are killed', () => !lost.runsPods);
  await site.until('it is a member again', () => isMember(lost));
  await site.until(
    'nobody refuses it any more',
    () => survivor.refused.length === 0 && site.witnessRefuses.length === 0,
  );
  assert.deepEqual(survivor.lostNodes, []);
  assert.deepEqual(site.serving(), [survivor], 'the role did not move back');
});

test('who hands back is followed at once', async () => {
  const old = await leader();
  await old.failover?.stop('handing back');
  const takenMs = await site.until('the other one serves', () => site.serving().includes(otherThan(old)));
  assert.ok(takenMs < 20_000);
  site.startNode(old.name);
  await site.until('both are members', allMembers);
});

test('control is handed over without a wait for the end of a lease, and no pod feels it', async () => {
  const old = await leader();
  await site.until('it controls', () => old.failover?.state.control === 'controlling');
  const kills = [...site.nodes.values()].map((node) => node.kills);
  old.failover?.handOver();
  await site.until('the other one controls', () => otherThan(old).failover?.state.control === 'controlling');
  assert.deepEqual(otherThan(old).failover?.seen?.resigned, [old.name]);
  await site.until('both are members', allMembers);
  assert.deepEqual(
    [...site.nodes.values()].map((node) => node.kills),
    kills,
  );
});

test('a node that leaves in order to come back is not lost, and is a member again as soon as it is there', async () => {
  const going = otherThan(await leader());
  const stays = otherThan(going);
  await site.until('it controls', () => stays.failover?.state.control === 'controlling');
  const told = stays.told_.length;
  await going.failover?.stop('coming back');
  await site.until('it is seen to be away', () => stays.failover?.seen?.away?.includes(going.name) === true);
  const began = performance.now();
  await site.until('it is away for longer than a lease that is lost', () => performance.now() - began > 8_000);
  assert.deepEqual([stays.refused, stays.lostNodes, stays.failover?.seen?.fences], [[], [], []]);
  site.startNode(going.name);
  await site.until('it is a member again', () => isMember(going));
  await site.until('it is not away', () => stays.failover?.seen?.away?.length === 0);
  assert.deepEqual(
    stays.told_.slice(told).filter((line) => line.includes('lost')),
    [],
  );
});
