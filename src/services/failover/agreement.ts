// What the voters of a site agree on, in etcd: who leads, which nodes are there, which are fenced. Every write compares what it rests
// on in the same transaction, so that two of them that exclude each other cannot both be taken:
//
//   join     the node's key, under its lease        while no fence on the node stands; it is not away any more
//   leave    takes the node's key away; it is away  while that key is ours
//   campaign the leadership, under its lease        while nobody has it; its word that it resigned is taken back
//   resign   takes the leadership away, with a word while it is ours, and the one that was seen
//   fence    the fence of a node                    while it has no key, and the leadership is ours
//   lift     takes the fence and its acknowledgements away, while the leadership is ours and the fence is that one
//   ack      that this voter refuses the node       while that very fence stands
//   off      that the node has no power             while that very fence stands
//
// A fence's epoch is the revision of etcd at which it was written.
import type { Fence, SiteSeen } from '#engine/failover';
import type { Compare, Etcd, KeyValue, RequestOp } from '#platform/etcd';

const PREFIX = '/holdfast/site/';
const LEADERSHIP = `${PREFIX}control`;
const nodeKey = (node: string): string => `${PREFIX}nodes/${node}`;
const fenceKey = (node: string): string => `${PREFIX}fences/${node}`;
const marksOf = (node: string): string => `${PREFIX}marks/${node}/`;
const ackKey = (node: string, by: string): string => `${marksOf(node)}ack/${by}`;
const awayKey = (node: string): string => `${PREFIX}away/${node}`;
const resignedKey = (node: string): string => `${PREFIX}resigned/${node}`;
const offKey = (node: string): string => `${marksOf(node)}off`;

const EQUAL = 0;
const CREATE = 1;
const VALUE = 3;
const wasMadeAt = (key: string, revision: number): Compare => ({
  result: EQUAL,
  target: CREATE,
  key: Buffer.from(key),
  create_revision: revision,
});
const isAbsent = (key: string): Compare => wasMadeAt(key, 0);
const isOfEpoch = (node: string, epoch: number): Compare => wasMadeAt(fenceKey(node), epoch);
const put = (key: string, value: string, lease?: number): RequestOp => ({
  request_put: { key: Buffer.from(key), value: Buffer.from(value), ...(lease !== undefined && { lease }) },
});
const remove = (key: string): RequestOp => ({ request_delete_range: { key: Buffer.from(key) } });
/** The first key that does not begin with this. */
const after = (prefix: string): Buffer => {
  const end = Buffer.from(prefix);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end;
};

export interface AgreementOptions {
  readonly client: Etcd;
  readonly self: string;
  /** Differs between two lives of this node's program: what an earlier one wrote is not taken for ours. */
  readonly life: string;
}

export class SiteAgreement {
  readonly #client: Etcd;
  readonly #self: string;
  readonly #value: string;
  /** The leadership of ours that was seen last, as the revision of etcd at which it was written. */
  #led = 0;

  constructor({ client, self, life }: AgreementOptions) {
    this.#client = client;
    this.#self = self;
    this.#value = `${self}/${life}`;
  }

  /** The key of the leadership, and what it holds while it is ours: the guard of every write to the site's stores. */
  get leadership(): { readonly key: string; readonly value: string } {
    return { key: LEADERSHIP, value: this.#value };
  }

  /** A linearizable read. Errors: WorldError `Unavailable`. */
  async look(sentMs: number): Promise<SiteSeen> {
    const { kvs } = await this.#client.range({ key: Buffer.from(PREFIX), range_end: after(PREFIX) });
    const led = kvs.find(({ key, value }) => key.toString() === LEADERSHIP && value.toString() === this.#value);
    // Answers may overtake each other.
    this.#led = Math.max(this.#led, led?.create_revision ?? 0);
    return seenIn(kvs, sentMs);
  }

  join(lease: number): Promise<boolean> {
    const self = this.#self;
    return this.#write([isAbsent(fenceKey(self))], [put(nodeKey(self), this.#value, lease), remove(awayKey(self))]);
  }

  /** Only when nothing of this node runs any more. */
  leave(): Promise<boolean> {
    const self = this.#self;
    return this.#write([this.#holds(nodeKey(self))], [remove(nodeKey(self)), put(awayKey(self), '')]);
  }

  campaign(lease: number): Promise<boolean> {
    const led = [put(LEADERSHIP, this.#value, lease), remove(resignedKey(this.#self))];
    return this.#write([isAbsent(LEADERSHIP)], led);
  }

  /** Only when the API of this node has stopped. Carried out late, it takes no later leadership away. */
  resign(): Promise<boolean> {
    const seen = wasMadeAt(LEADERSHIP, this.#led);
    return this.#write([this.#leads(), seen], [remove(LEADERSHIP), put(resignedKey(this.#self), '')]);
  }

  fence(node: string): Promise<boolean> {
    const free = [this.#leads(), isAbsent(nodeKey(node)), isAbsent(fenceKey(node))];
    return this.#write(free, [put(fenceKey(node), this.#self)]);
  }

  lift({ node, epoch }: Fence): Promise<boolean> {
    return this.#write(
      [this.#leads(), isOfEpoch(node, epoch)],
      [
        { request_delete_range: { key: Buffer.from(fenceKey(node)) } },
        { request_delete_range: { key: Buffer.from(marksOf(node)), range_end: after(marksOf(node)) } },
      ],
    );
  }

  acknowledge({ node, epoch }: Fence): Promise<boolean> {
    return this.#write([isOfEpoch(node, epoch)], [put(ackKey(node, this.#self), '')]);
  }

  markOff({ node, epoch }: Fence): Promise<boolean> {
    return this.#write([this.#leads(), isOfEpoch(node, epoch)], [put(offKey(node), '')]);
  }

  #leads(): Compare {
    return this.#holds(LEADERSHIP);
  }

  /** What stands there is of this life. */
  #holds(key: string): Compare {
    return { result: EQUAL, target: VALUE, key: Buffer.from(key), value: Buffer.from(this.#value) };
  }

  async #write(compare: readonly Compare[], success: readonly RequestOp[]): Promise<boolean> {
    return (await this.#client.txn({ compare, success })).succeeded;
  }
}

function seenIn(kvs: readonly KeyValue[], sentMs: number): SiteSeen {
  const all = new Map(kvs.map((pair) => [pair.key.toString(), pair]));
  const below = (prefix: string): string[] =>
    [...all.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  const controller = all.get(LEADERSHIP)?.value.toString().split('/')[0];
  const fences = below(`${PREFIX}fences/`).map(
    (node): Fence => ({
      node,
      epoch: all.get(fenceKey(node))?.create_revision ?? 0,
      acks: below(`${marksOf(node)}ack/`),
      off: all.has(offKey(node)),
    }),
  );
  return {
    sentMs,
    ...(controller !== undefined && { controller }),
    present: below(`${PREFIX}nodes/`),
    fences,
    away: below(`${PREFIX}away/`),
    resigned: below(`${PREFIX}resigned/`),
  };
}
