// One lease, as a member of etcd says it that may be wrong: whom it believes, and what it does when the lease is gone before its time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorldError } from '#base';
import { NODE_TTL_MS } from '#engine/failover';
import { fakeClock } from '#platform/clock';
import type { Etcd } from '#platform/etcd';
import { HeldLease } from './held-lease.ts';
import { RENEWALS_A_LIFE } from './limits.ts';

const RENEW_MS = NODE_TTL_MS / RENEWALS_A_LIFE;

interface Says {
  /** Of the member that renews, and of the majority. */
  terms: [number, number];
  ended: boolean;
  granted: number[];
  revoked: number[];
  gaveUp: number;
  /** Holds the attaching of a key back. */
  attaching: Promise<unknown>;
}

function trial({ untilItsTime = true } = {}) {
  const says: Says = { terms: [3, 3], ended: false, granted: [], revoked: [], gaveUp: 0, attaching: Promise.resolve() };
  const clock = fakeClock();
  const client: Pick<Etcd, 'grant' | 'revoke' | 'range' | 'keepAlive'> = {
    grant: async (id, ttlMs) => {
      says.granted.push(id);
      return { ttlMs };
    },
    revoke: async (id) => void says.revoked.push(id),
    range: async () => ({ header: { revision: 1, raft_term: says.terms[1] }, kvs: [], more: false }),
    keepAlive: () => ({
      renew: async () => {
        if (says.ended) throw new WorldError('NotFound', 'the lease has ended');
        return { ttlMs: NODE_TTL_MS, term: says.terms[0] };
      },
      giveUp: () => says.gaveUp++,
      close: () => undefined,
    }),
  };
  const lease = new HeldLease({
    client: client as Etcd,
    clock,
    ttlMs: NODE_TTL_MS,
    untilItsTime,
    attach: async () => {
      await says.attaching;
      return true;
    },
    bootMs: () => clock.monotonicMs(),
    failed: () => undefined,
  });
  /** As whoever keeps it does at every turn. */
  const wants = async (afterMs: number): Promise<void> => {
    await clock.advance(afterMs);
    lease.want();
    await clock.advance(0);
  };
  return { says, lease, clock, wants };
}

test('a renewal counts only when a majority answers in the term in which it was renewed', async () => {
  const { says, lease, wants } = trial();
  await wants(0);
  assert.equal(lease.own?.sentMs, 0);
  await wants(RENEW_MS);
  assert.equal(lease.own?.sentMs, RENEW_MS);
  says.terms = [3, 4];
  await wants(RENEW_MS);
  assert.deepEqual([lease.own?.sentMs, says.gaveUp], [RENEW_MS, 1], 'the next one goes to another member');
  says.terms = [4, 4];
  await wants(RENEW_MS);
  assert.equal(lease.own?.sentMs, 3 * RENEW_MS);
});

test('a lease that etcd ended before its time is followed by another at once; what it gives may last as long as it would have', async () => {
  for (const untilItsTime of [true, false]) {
    const { says, lease, wants } = trial({ untilItsTime });
    await wants(0);
    says.ended = true;
    await wants(RENEW_MS);
    assert.equal(lease.own?.sentMs, untilItsTime ? 0 : undefined);
    await wants(1);
    assert.deepEqual([lease.own?.sentMs, says.granted.length, says.revoked], [RENEW_MS + 1, 2, []]);
  }
});

test('a look that shows that its key is gone is believed, unless it was sent before the key was there', async () => {
  const { says, lease, clock, wants } = trial({ untilItsTime: false });
  await wants(5);
  lease.seen(false, 5);
  assert.ok(lease.own);
  lease.seen(true, 6);
  assert.ok(lease.own);
  await clock.advance(1);
  lease.seen(false, 6);
  assert.equal(lease.own, undefined);
  await wants(0);
  assert.equal(says.granted.length, 2);
});

test('what was handed back while its key was attached is not held', async () => {
  const { says, lease, clock, wants } = trial();
  let attached = (): void => undefined;
  says.attaching = new Promise<void>((resolve) => {
    attached = resolve;
  });
  await wants(0);
  await lease.release();
  attached();
  await clock.advance(0);
  assert.deepEqual([lease.own, says.revoked], [undefined, says.granted]);
});
