// A leadership that was resigned, and taken again before the resignation arrived.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Compare, Etcd, KeyValue } from '#platform/etcd';
import { SiteAgreement } from './agreement.ts';

/** One key of etcd; transactions wait until they are let through. */
class OneKey {
  kv: KeyValue | undefined;
  readonly waiting: (() => void)[] = [];

  etcd(): Etcd {
    const etcd: Pick<Etcd, 'range' | 'txn'> = {
      range: async () => ({ header: { revision: 1, raft_term: 1 }, kvs: this.kv ? [this.kv] : [], more: false }),
      txn: async ({ compare }) => {
        await new Promise<void>((resolve) => this.waiting.push(resolve));
        const succeeded = compare.every((one) => this.#holds(one));
        if (succeeded) this.kv = undefined;
        return { header: { revision: 1, raft_term: 1 }, succeeded, responses: [] };
      },
    };
    return etcd as Etcd;
  }

  leads(value: string, revision: number): void {
    const key = Buffer.from('/holdfast/site/control');
    this.kv = { key, value: Buffer.from(value), create_revision: revision, mod_revision: revision };
  }

  #holds({ value, create_revision }: Compare): boolean {
    if (value !== undefined) return this.kv?.value.equals(value) ?? false;
    return (this.kv?.create_revision ?? 0) === create_revision;
  }
}

test('a resignation that arrives late takes no later leadership away', async () => {
  const one = new OneKey();
  const agreement = new SiteAgreement({ client: one.etcd(), self: 'node-a', life: '1' });
  one.leads('node-a/1', 5);
  await agreement.look(0);
  const late = agreement.resign();
  one.leads('node-a/1', 9);
  await agreement.look(1);
  one.waiting.shift()?.();
  assert.equal(await late, false);
  const inTime = agreement.resign();
  one.waiting.shift()?.();
  assert.equal(await inTime, true);
  assert.equal(one.kv, undefined);
});
