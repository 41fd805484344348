// The network of a lab, of two nodes and of the one that is left.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planPair, type Site, siteAlone } from '#model/site';
import { labVoters } from './lab-file.ts';
import { planLabNetwork } from './lab-network.plan.ts';

const subnet = '10.50.0.0/24';
const pair = planPair(subnet, (voter) => `/lab/${voter}`);
const site = { id: 'a1b2c3', network: { subnet }, machines: [], pair } as unknown as Site & { pair: typeof pair };
const nothing = { present: [], within: new Map<string, readonly string[]>(), mtu: 1500 };

test('a node that is left has its cables where they were, and the address between the nodes', () => {
  const both = planLabNetwork({ site, ...nothing });
  assert.deepEqual([...both.inside.keys()], ['node-a', 'node-b', 'witness']);
  for (const name of ['node-a', 'node-b']) {
    const left = siteAlone(site, name);
    assert.deepEqual(
      labVoters(left).map(({ voter }) => voter.name),
      [name],
    );
    const alone = planLabNetwork({ site: left, ...nothing });
    assert.deepEqual([...alone.inside], [[name, both.inside.get(name)]]);
    const cables = (commands: readonly string[]) => commands.filter((command) => command.includes(`hfa1b2c3-${name}`));
    assert.equal(cables(both.outside).length, 2);
    assert.deepEqual(cables(alone.outside), cables(both.outside));
    assert.ok(alone.outside.every((command) => both.outside.includes(command)));
  }
});
