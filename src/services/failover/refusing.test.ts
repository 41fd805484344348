// What a voter refuses follows the fences, also past a restart of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SiteAgreement } from './agreement.ts';
import { Refusing } from './refusing.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a fence that was lifted while the voter was away is refused no longer', async () => {
  let refused: readonly string[] = ['node-b'];
  const acks: string[] = [];
  const agreement = { acknowledge: async ({ node }) => acks.push(node) > 0 } as SiteAgreement;
  const refuse = async (nodes: readonly string[]): Promise<void> => {
    refused = nodes;
  };
  const refusing = new Refusing({ self: 'witness', agreement, hands: { refuse }, failed: assert.ifError });
  refusing.carryOut({ sentMs: 1, present: [], fences: [] });
  await turn();
  assert.deepEqual(refused, []);
  refusing.carryOut({ sentMs: 2, present: [], fences: [{ node: 'node-a', epoch: 7, acks: [], off: false }] });
  await turn();
  assert.deepEqual([refused, acks], [['node-a'], ['node-a']]);
});
