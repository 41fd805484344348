// The script for each set of refused nodes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RefusalFacts, refusalRules } from './refusals.plan.ts';

const FACTS: RefusalFacts = {
  table: 'holdfast_x',
  devices: ['lan0', 'stor0'],
  doorPort: 9644,
  votePorts: [2379, 2380],
  nodes: {
    'node-a': { addresses: ['10.50.0.1', '10.51.0.1'], machines: ['10.50.0.12'] },
    'node-b': { addresses: ['10.50.0.2', '10.51.0.2'], machines: [] },
  },
  floating: ['10.50.0.9', '10.50.0.200-10.50.0.239', '172.27.0.0/16'],
};
const GONE = 'table netdev holdfast_x\ndelete table netdev holdfast_x\n';
const CHAIN = `  chain ingress {
    type filter hook ingress devices = { lan0, stor0 } priority -500; policy accept;`;

test('one refused node: its addresses, its machines, and whatever moves', () =>
  assert.equal(
    refusalRules(FACTS, ['node-a']),
    `${GONE}table netdev holdfast_x {
  set own {
    type ipv4_addr; flags interval; auto-merge;
    elements = { 10.50.0.1, 10.51.0.1 }
  }
  set others {
    type ipv4_addr; flags interval; auto-merge;
    elements = { 10.50.0.12, 10.50.0.200-10.50.0.239, 10.50.0.9, 172.27.0.0/16 }
  }
${CHAIN}
    arp saddr ip @others counter drop
    ip saddr @own tcp dport { 9644 } accept
    ip saddr @own tcp sport { 9644 } tcp flags & (syn | ack) != syn accept
    ip saddr @own counter drop
    ip saddr @others counter drop
  }
}
`,
  ));

test('at a witness nothing moves: what comes from virtual addresses is let through', () =>
  assert.equal(
    refusalRules({ ...FACTS, devices: ['lan0'], floating: [] }, ['node-b']),
    `${GONE}table netdev holdfast_x {
  set own {
    type ipv4_addr; flags interval; auto-merge;
    elements = { 10.50.0.2, 10.51.0.2 }
  }
  chain ingress {
    type filter hook ingress devices = { lan0 } priority -500; policy accept;
    ip saddr @own tcp dport { 9644 } accept
    ip saddr @own tcp sport { 9644 } tcp flags & (syn | ack) != syn accept
    ip saddr @own counter drop
  }
}
`,
  ));

test('nobody refused leaves no table; the order of nodes and their repetition change nothing', () => {
  assert.equal(refusalRules(FACTS, []), GONE);
  assert.equal(refusalRules(FACTS, ['node-b', 'node-a', 'node-b']), refusalRules(FACTS, ['node-a', 'node-b']));
  assert.match(
    refusalRules(FACTS, ['node-a', 'node-b']),
    /\{ 10\.50\.0\.1, 10\.50\.0\.2, 10\.51\.0\.1, 10\.51\.0\.2 \}/,
  );
});

test('who has lost its record leaves votes alone', () => {
  const rules = refusalRules(FACTS, ['node-a'], { votes: true });
  assert.equal(
    rules.replaceAll('{ 9644, 2379, 2380 }', '{ 9644 }'),
    refusalRules(FACTS, ['node-a']),
    'and differs in nothing else',
  );
  assert.match(rules, /dport \{ 9644, 2379, 2380 \} accept/);
});

test('a node without a place is an error of the world; an entry that is no address is a bug', () => {
  assert.throws(() => refusalRules(FACTS, ['node-c']), { code: 'NotFound' });
  for (const entry of ['10.50.0', '10.50.0.1-', '1.2.3.4 }; drop', '10.0.0.0/33', '1.1.1.1-2.2.2.2-3.3.3.3', ''])
    assert.throws(() => refusalRules({ ...FACTS, floating: [entry] }, ['node-a']), { name: 'AssertionFailed' }, entry);
});
