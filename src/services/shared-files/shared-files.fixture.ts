// Two nodes and a witness with folders of their own on a real etcd of three members.
import { systemClock } from '#platform/clock';
import { readTextIfPresent, removeTree, writeFileAtomic } from '#platform/disk';
import { EtcdClient, type EtcdCluster, startEtcdCluster } from '#platform/etcd';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { keepSharedFiles, keepWitnessFiles, type SharedFiles, type WitnessFiles } from './index.ts';
import { keysIn, keysText } from './keys.fixture.ts';

export const NODES = ['node-a', 'node-b'] as const;
export type NodeName = (typeof NODES)[number];
const LEADERSHIP = '/holdfast/site/control';

const DEADLINE_MS = 60_000;

export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > DEADLINE_MS) throw new Error(`${what}: not in time`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export class SharingSite {
  readonly folder = testFolder('shared-files');
  readonly etcd: EtcdCluster;
  readonly files = new Map<NodeName, SharedFiles>();
  witness: WitnessFiles | undefined;
  readonly #client: EtcdClient;

  private constructor(etcd: EtcdCluster) {
    this.etcd = etcd;
    this.#client = new EtcdClient(etcd.clientOf('witness'));
    for (const node of [...NODES, 'witness']) this.write(node, 'pki/witness-key.json', keysText(9));
    for (const node of NODES) this.write(node, 'pki/sealing.json', keysText(1));
  }

  static async start(): Promise<SharingSite> {
    return new SharingSite(await startEtcdCluster([...NODES, 'witness']));
  }

  data(node: string): string {
    return `${this.folder}/${node}`;
  }

  startNode(self: NodeName): SharedFiles {
    const data = this.data(self);
    const files = keepSharedFiles({
      self,
      other: self === 'node-a' ? 'node-b' : 'node-a',
      data,
      etcd: this.etcd.clientOf(self),
      keys: () => keysIn(`${data}/pki/sealing.json`),
      witnessKeys: () => keysIn(`${data}/pki/witness-key.json`),
      clock: systemClock,
      log: memoryLog(),
    });
    this.files.set(self, files);
    return files;
  }

  startWitness(): WitnessFiles {
    const data = this.data('witness');
    this.witness = keepWitnessFiles({
      data,
      etcd: this.etcd.clientOf('witness'),
      witnessKeys: () => keysIn(`${data}/pki/witness-key.json`),
      clock: systemClock,
      log: memoryLog(),
    });
    return this.witness;
  }

  node(name: NodeName): SharedFiles {
    const files = this.files.get(name);
    if (!files) throw new Error(`${name} does not run`);
    return files;
  }

  /** Gives control to a node: the key first, as an election does. */
  async control(node: NodeName): Promise<void> {
    const leadership = { key: LEADERSHIP, value: `${node}/1` };
    const put = { request_put: { key: Buffer.from(leadership.key), value: Buffer.from(leadership.value) } };
    await this.#client.txn({ compare: [], success: [put] });
    for (const name of NODES) if (name !== node) this.files.get(name)?.follow();
    await this.node(node).lead(leadership);
  }

  /** Only the key: who had control has not noticed. */
  async loseControl(): Promise<void> {
    const put = { request_put: { key: Buffer.from(LEADERSHIP), value: Buffer.from('another/1') } };
    await this.#client.txn({ compare: [], success: [put] });
  }

  write(node: string, file: string, text: string): void {
    writeFileAtomic(`${this.data(node)}/${file}`, text);
  }

  remove(node: string, file: string): void {
    removeTree(`${this.data(node)}/${file}`);
  }

  read(node: string, file: string): string | undefined {
    return readTextIfPresent(`${this.data(node)}/${file}`);
  }

  inStep(): Promise<void> {
    return until('both are in step', () => NODES.every((name) => this.node(name).state().inStep));
  }

  /** Values below a prefix, as etcd has them. */
  async valuesBelow(prefix: string): Promise<Map<string, Buffer>> {
    const end = Buffer.from(prefix.replace(/\/$/, '0'));
    const { kvs } = await this.#client.range({ key: Buffer.from(prefix), range_end: end });
    return new Map(kvs.map(({ key, value }) => [key.toString(), value]));
  }

  async put(key: string, value: Buffer): Promise<void> {
    await this.#client.txn({ compare: [], success: [{ request_put: { key: Buffer.from(key), value } }] });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.files.values()].map((files) => files.close()));
    await this.witness?.close();
    this.#client.close();
    await this.etcd.stop();
    removeTree(this.folder);
  }
}
