// The witness takes over what the nodes give it to vote with: its leaf, whom the members trust, and the key that seals both. Nothing
// else that the nodes share can be read there.
import { WITNESS_NAME } from '#model/site';
import { connectEtcd } from '#platform/etcd';
import { changedMarker } from './changed-mark.ts';
import type { SharedFilesOptions } from './contract.ts';
import { FileKeeper } from './keep-files.ts';
import { ANSWER_MS_MAX } from './limits.ts';
import { LocalFiles } from './local-files.ts';
import { isForWitness, WITNESS_KEY_FILE, WITNESS_SHELF } from './shared-paths.ts';

export interface WitnessFiles {
  /** Everything that is published for the witness is here, as far as is known. */
  readonly inStep: boolean;
  readonly problem: string | undefined;
  close(): Promise<void>;
}

export function keepWitnessFiles(
  of: Pick<SharedFilesOptions, 'data' | 'etcd' | 'witnessKeys' | 'clock' | 'log'>,
): WitnessFiles {
  const { data, clock, log } = of;
  const client = connectEtcd({ ...of.etcd, timeoutMs: ANSWER_MS_MAX });
  const keeper = new FileKeeper({
    self: WITNESS_NAME,
    client,
    prefix: WITNESS_SHELF,
    direction: 'in',
    local: new LocalFiles({
      data,
      folders: ['pki'],
      files: [],
      isOn: isForWitness,
      recordFile: `${data}/state/witness-files.json`,
    }),
    watched: [],
    keys: () => of.witnessKeys(),
    keyFile: WITNESS_KEY_FILE,
    tookOver: changedMarker(data),
    clock,
    log: log.child('witness-files'),
  });
  return {
    get inStep() {
      return keeper.isSettled && keeper.published > 0;
    },
    get problem() {
      return keeper.problem;
    },
    close: async () => {
      await keeper.close();
      client.close();
    },
  };
}
