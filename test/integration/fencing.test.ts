// Refusing a node with a real kernel: what was open ends, what is claimed is not believed, the door stays, and lifting restores it all.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { keepRefusals, type RefusalFacts, type Refusals } from '#services/fencing';
import {
  A,
  attempt,
  B,
  buildNetworks,
  connectionCount,
  layStorageCable,
  nftIn,
  removeNetworks,
  serve,
  sh,
  stream,
  until,
  W,
} from './fencing.fixture.ts';

const DOOR = 9644;
const TABLE = 'holdfast_test';
const VIRTUAL = '10.50.0.9';
const MACHINE = '10.50.0.12';
const POD = '172.27.5.5';
const folder = testFolder('fencing');
const nft = nftIn(B);
const facts: RefusalFacts = {
  table: TABLE,
  devices: ['lan0', 'stor0'],
  doorPort: DOOR,
  votePorts: [2379, 2380],
  nodes: {
    'node-a': { addresses: ['10.50.0.1', '10.51.0.1'], machines: [MACHINE] },
    witness: { addresses: ['10.50.0.3'], machines: [] },
  },
  floating: [VIRTUAL, '10.50.0.200-10.50.0.239', '172.27.0.0/16'],
};
const start = (devices = facts.devices): Promise<Refusals> =>
  keepRefusals({
    file: path.join(folder, 'refused.json'),
    facts: () => ({ ...facts, devices }),
    nft,
    log: memoryLog(),
  });
let refusals: Refusals;

before(async () => {
  await buildNetworks();
  for (const address of [VIRTUAL, MACHINE, POD]) sh(`ip addr add ${address}/32 dev switch`, A);
  sh('ip route add 172.27.5.0/24 via 10.50.0.1', B);
  await serve(A, [`10.50.0.1:${DOOR}`, '10.50.0.1:80']);
  await serve(B, ['10.50.0.2:2379', '10.51.0.2:24007', `10.50.0.2:${DOOR}`]);
  await serve(W, ['10.50.0.3:2379']);
  refusals = await start();
});
after(async () => {
  await removeNetworks();
  fs.rmSync(folder, { recursive: true });
});

/** Packets that the rule with these words has dropped. */
async function dropped(words: string): Promise<number> {
  const rules = (await nft.show('netdev', TABLE)) ?? '';
  const line = rules.split('\n').find((text) => text.includes(words));
  return Number(/packets ([0-9]+)/.exec(line ?? '')?.[1] ?? Number.NaN);
}

test('not a byte more arrives on connections that were open, and lifting lets them go on', async () => {
  const ends = ['10.50.0.2:2379', '10.51.0.2:24007'];
  for (const end of ends) await stream(A, end);
  const received = (): number[] => ends.map((end) => connectionCount(B, end, /bytes_received:([0-9]+)/));
  const resent = (): number[] => ends.map((end) => connectionCount(A, end, /retrans:[0-9]+\/([0-9]+)/));
  await until('both flow', () => received().every((bytes) => bytes > 10_000));

  await refusals.refuse(['node-a']);
  const then = received();
  await until('what is sent is sent again and again', () => resent().every((packets) => packets >= 3));
  assert.deepEqual(received(), then);
  assert.ok((await dropped('ip saddr @own counter')) >= 6);

  await refusals.refuse([]);
  await until('both flow again', () => received().every((bytes, at) => bytes > (then[at] ?? 0)));
  assert.equal(await nft.show('netdev', TABLE), undefined);
});

/** Ways from an address (and port) to a server, and whether each is open while the node is refused. */
const WAYS: Record<string, { in: string; from: string; to: string; open: boolean }> = {
  'from its own address': { in: A, from: '10.50.0.1', to: '10.50.0.2:2379', open: false },
  'from its address on the storage network': { in: A, from: '10.51.0.1', to: '10.51.0.2:24007', open: false },
  'from a machine of it': { in: A, from: MACHINE, to: '10.50.0.2:2379', open: false },
  'from a virtual address that it holds': { in: A, from: VIRTUAL, to: '10.50.0.2:2379', open: false },
  'from a pod of it': { in: A, from: POD, to: '10.50.0.2:2379', open: false },
  'from the port of its door to another': { in: A, from: `10.51.0.1:${DOOR}`, to: '10.51.0.2:24007', open: false },
  'to another port of it': { in: B, from: '10.50.0.2', to: '10.50.0.1:80', open: false },
  'to its door': { in: B, from: '10.50.0.2', to: `10.50.0.1:${DOOR}`, open: true },
  'from it to the door here': { in: A, from: '10.50.0.1', to: `10.50.0.2:${DOOR}`, open: true },
  'from the witness': { in: W, from: '10.50.0.3', to: '10.50.0.2:2379', open: true },
  'to the witness': { in: B, from: '10.50.0.2', to: '10.50.0.3:2379', open: true },
};

async function check(isOpen: (open: boolean) => boolean): Promise<void> {
  const ways = Object.entries(WAYS);
  const heard = ways.map(async ([name, way]) => [name, await attempt(way, isOpen(way.open))]);
  const expected = ways.map(([name, { open }]) => [name, isOpen(open) ? 'hello' : 'nothing']);
  assert.deepEqual(await Promise.all(heard), expected);
}

test('every way from a refused node is closed but the door, also for a keeper that starts anew after a reboot', async () => {
  await check(() => true);
  await refusals.refuse(['node-a']);
  await check((open) => open);

  // A reboot forgets the rules.
  sh(`nft delete table netdev ${TABLE}`, B);
  refusals = await start();
  assert.deepEqual(refusals.refused, ['node-a']);
  await check((open) => open);

  await refusals.refuse([]);
  await check(() => true);
});

test('a virtual address that a refused node claims is not believed', async () => {
  const hardware = (namespace: string): string =>
    /link\/ether (\S+)/.exec(sh('ip link show switch', namespace))?.[1] ?? '';
  const neighbour = (): string => /lladdr (\S+)/.exec(sh(`ip neigh show ${VIRTUAL}`, B))?.[1] ?? '';
  /** Claims it as a takeover does. */
  const claim = (namespace: string): string =>
    sh(`arping -q -U -c 2 -w 3 -I switch -s ${VIRTUAL} ${VIRTUAL} || true`, namespace);
  const believed = (namespace: string): Promise<void> =>
    until('the claim is believed', () => {
      claim(namespace);
      return neighbour() === hardware(namespace);
    });
  assert.equal(await attempt({ in: B, from: '10.50.0.2', to: `${VIRTUAL}:80` }, true), 'ECONNREFUSED');
  await believed(A);
  sh(`ip addr add ${VIRTUAL}/32 dev switch`, W);
  await believed(W);

  await refusals.refuse(['node-a']);
  claim(A);
  await until('the claims are met', async () => (await dropped('arp saddr ip')) >= 2);
  assert.equal(neighbour(), hardware(W));

  await refusals.refuse([]);
  await believed(A);
});

test('a device that was away and comes back is closed again once the rules are renewed', async () => {
  await refusals.refuse(['node-a']);
  sh('ip link del stor0', B);
  layStorageCable();
  await refusals.renew();
  const way = { in: A, from: '10.51.0.1', to: '10.51.0.2:24007' };
  assert.equal(await attempt(way, false), 'nothing');
  assert.ok((await dropped('ip saddr @own counter')) >= 1);
  await refusals.refuse([]);
  assert.equal(await attempt(way, true), 'hello');
});
