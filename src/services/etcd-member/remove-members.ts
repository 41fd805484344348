// Takes voters out of etcd for good, one at a time: each is agreed on by a majority of those before, so there is one at every moment, and a
// member that was taken out is never counted again, whenever it comes back.
import { WorldError } from '#base';
import type { Clock } from '#platform/clock';
import { EtcdClient, type EtcdOptions } from '#platform/etcd';
import { REMOVE_RETRY_MS } from './limits.ts';

export interface RemovingMembers {
  /** How a member that stays is reached. */
  readonly etcd: EtcdOptions;
  /** In their order; those that have gone already are none. */
  readonly voters: readonly string[];
  readonly clock: Clock;
  /** etcd lets no member go before those that stay have heard each other for some seconds. */
  readonly patienceMs: number;
}

/** Errors: WorldError `Unavailable`: there is no majority. */
export async function removeMembers({ etcd, voters, clock, patienceMs }: RemovingMembers): Promise<void> {
  const client = new EtcdClient(etcd);
  const deadline = clock.monotonicMs() + patienceMs;
  try {
    for (const voter of voters)
      while (!(await isGone(client, voter, { isLast: clock.monotonicMs() > deadline })))
        await clock.sleep(REMOVE_RETRY_MS);
  } finally {
    client.close();
  }
}

/** One try. Whether an answer that was lost meant yes is seen by the next. */
async function isGone(client: EtcdClient, voter: string, { isLast }: { isLast: boolean }): Promise<boolean> {
  try {
    const member = (await client.members()).find(({ name }) => name === voter);
    if (member) await client.memberRemove(member.ID);
    return true;
  } catch (cause) {
    if (isLast) throw notLetGo(voter, cause);
    return false;
  }
}

const notLetGo = (voter: string, cause: unknown): WorldError =>
  new WorldError('Unavailable', `etcd did not let ${voter} go`, {
    attempted: 'remove a member of etcd',
    cure: 'bring the votes that are missing back (holdfast status), then run this again',
    cause,
  });
