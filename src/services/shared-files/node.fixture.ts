// A node's shared files in a process of its own, which a test kills: what it needs comes as JSON in its first argument.
import { systemClock } from '#platform/clock';
import { writeFileAtomic } from '#platform/disk';
import type { EtcdOptions } from '#platform/etcd';
import { memoryLog } from '#platform/log';
import { keepSharedFiles } from './index.ts';
import { keysIn } from './keys.fixture.ts';

export interface NodeProcess {
  readonly self: string;
  readonly other: string;
  readonly data: string;
  readonly etcd: EtcdOptions;
  /** Written anew with each state. */
  readonly stateFile: string;
}

const { self, other, data, etcd, stateFile } = JSON.parse(process.argv[2] ?? '') as NodeProcess;
const files = keepSharedFiles({
  self,
  other,
  data,
  etcd,
  keys: () => keysIn(`${data}/pki/sealing.json`),
  witnessKeys: () => keysIn(`${data}/pki/witness-key.json`),
  clock: systemClock,
  log: memoryLog(),
});
setInterval(() => writeFileAtomic(stateFile, JSON.stringify(files.state())), 20);
