// Keeps what both nodes must have in step through etcd, and gives the witness what it needs to vote.
import { WITNESS_NAME } from '#model/site';
import { connectEtcd } from '#platform/etcd';
import { changedMarker } from './changed-mark.ts';
import type { SharedFiles, SharedFilesOptions, SharedFilesState } from './contract.ts';
import { FileKeeper } from './keep-files.ts';
import { ANSWER_MS_MAX, KEEPS_UP_MS } from './limits.ts';
import { LocalFiles } from './local-files.ts';
import { isForWitness, isShared, SHARED, SITE_SHELF, WITNESS_KEY_FILE, WITNESS_SHELF } from './shared-paths.ts';

export function keepSharedFiles(of: SharedFilesOptions): SharedFiles {
  const { self, other, data, clock, log } = of;
  const client = connectEtcd({ ...of.etcd, timeoutMs: ANSWER_MS_MAX });
  const both = { self, client, clock, tookOver: changedMarker(data) };
  const site = new FileKeeper({
    ...both,
    other,
    prefix: SITE_SHELF,
    direction: 'both',
    local: new LocalFiles({
      data,
      ...SHARED,
      isOn: isShared,
      recordFile: `${data}/state/shared-files.json`,
    }),
    watched: [...SHARED.folders, 'state', 'state/link/desired'].map((folder) => `${data}/${folder}`),
    keys: () => of.keys(),
    keyFile: 'pki/sealing.json',
    log: log.child('shared-files'),
  });
  const witness = new FileKeeper({
    ...both,
    other: WITNESS_NAME,
    prefix: WITNESS_SHELF,
    direction: 'out',
    local: new LocalFiles({
      data,
      folders: ['pki'],
      files: [],
      isOn: isForWitness,
      recordFile: `${data}/state/witness-files.json`,
    }),
    watched: [`${data}/pki`],
    keys: () => of.witnessKeys(),
    keyFile: WITNESS_KEY_FILE,
    log: log.child('witness-files'),
  });
  return {
    lead: async (leadership) => {
      await site.lead(leadership);
      // The files of the witness are among the site's: taken over only now.
      await witness.lead(leadership);
    },
    follow: () => {
      site.follow();
      witness.follow();
    },
    publish: async () => {
      await Promise.all([site.publish(), witness.publish()]);
    },
    state: () => stateOf(site, witness, { self, other }),
    close: async () => {
      await Promise.all([site.close(), witness.close()]);
      client.close();
    },
  };
}

/** What is newest was not there before a few seconds ago. */
function isUnderWay({ role, laggingMs }: FileKeeper, seen: number | undefined): boolean {
  if (role !== 'publishing') return role === 'following' && seen !== undefined && seen > 0;
  return laggingMs < KEEPS_UP_MS;
}

function stateOf(
  site: FileKeeper,
  witness: FileKeeper,
  { self, other }: { self: string; other: string },
): SharedFilesState {
  const { role, published, sealedBy } = site;
  const seen = site.seenBy(role === 'following' ? self : other);
  const problem = site.problem ?? witness.problem;
  const votes = { published: witness.published, seen: witness.seenBy(WITNESS_NAME) };
  const inStep = site.isSettled && published > 0 && seen === published;
  return {
    role,
    published,
    seen,
    witness: { ...votes, inStep: witness.isSettled && votes.published > 0 && votes.seen === votes.published },
    inStep,
    keepsUp: inStep || (problem === undefined && isUnderWay(site, seen)),
    sealedBy,
    ...(problem !== undefined && { problem }),
  };
}
