// Who goes from a node that is short of disk, and that nobody goes in vain.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVICTION_DISK_SHARE_MIN } from '../limits.ts';
import { type EvictionCandidate, planEviction } from './eviction.plan.ts';

const TOTAL = 1_000_000;
const ENOUGH = TOTAL * EVICTION_DISK_SHARE_MIN;
const pod = (uid: string, more: Partial<EvictionCandidate> = {}): EvictionCandidate => ({
  uid,
  priority: 0,
  rank: 0,
  diskBytes: ENOUGH,
  ...more,
});

const TABLE: readonly [what: string, pods: readonly EvictionCandidate[], goes: string | undefined][] = [
  ['nobody is there', [], undefined],
  ['whoever holds next to nothing stays', [pod('a', { diskBytes: ENOUGH - 1 })], undefined],
  ['the one that holds much goes', [pod('a', { diskBytes: 0 }), pod('b')], 'b'],
  ['the one that holds most goes', [pod('a'), pod('b', { diskBytes: ENOUGH * 9 }), pod('c')], 'b'],
  ['the least protected goes first', [pod('a', { rank: 2, diskBytes: ENOUGH * 9 }), pod('b', { rank: 1 })], 'b'],
  ['the least important goes before that', [pod('a', { priority: 5 }), pod('b', { priority: 1, rank: 2 })], 'b'],
  ['critical pods stay', [pod('a', { priority: 2_000_000_000, diskBytes: TOTAL })], undefined],
];

for (const [what, pods, goes] of TABLE) test(what, () => assert.equal(planEviction(pods, TOTAL)?.uid, goes));
