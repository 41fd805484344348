// What is written down of a rolling restart, in etcd. It is written only by who controls, and only over what was read.
import type { NodeRestart } from '#model/site';
import type { Compare, Etcd } from '#platform/etcd';

const KEY = Buffer.from('/holdfast/rolling/restart');
const EQUAL = 0;
const MOD = 2;
const VALUE = 3;

export interface RecordRead {
  readonly restart?: NodeRestart;
  /** Of etcd; 0 while there is none. */
  readonly revision: number;
}

export async function recordRead(client: Etcd): Promise<RecordRead> {
  const [found] = (await client.range({ key: KEY })).kvs;
  if (!found) return { revision: 0 };
  return { restart: JSON.parse(found.value.toString()) as NodeRestart, revision: found.mod_revision };
}

/** False when it was written meanwhile, or the leadership is not ours any more. */
export async function recordWrite(
  client: Etcd,
  leadership: { readonly key: string; readonly value: string },
  { restart, revision }: RecordRead,
): Promise<boolean> {
  const leads: Compare = {
    result: EQUAL,
    target: VALUE,
    key: Buffer.from(leadership.key),
    value: Buffer.from(leadership.value),
  };
  const isThat: Compare = { result: EQUAL, target: MOD, key: KEY, mod_revision: revision };
  const put = { request_put: { key: KEY, value: Buffer.from(JSON.stringify(restart)) } };
  return (await client.txn({ compare: [leads, isThat], success: [put] })).succeeded;
}
