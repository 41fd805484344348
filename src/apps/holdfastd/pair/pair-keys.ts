// What the keeper of certificates must know of a pair before it lets a key or an authority go.
import type { SiteFolders } from '#model/site';
import { type PairSurroundings, readResealProgress } from '#services/infrastructure';
import type { StartedPair } from './start-pair.ts';

export function pairSurroundings({ shared, member }: StartedPair, folders: SiteFolders): PairSurroundings {
  return {
    etcdIsEverywhere: () => member.isEverywhere(),
    sealing: {
      isEverywhere: () => shared.state().inStep,
      left: (key) => {
        const progress = readResealProgress(folders.resealFile);
        const { sealedBy } = shared.state();
        if (progress?.key !== key) return undefined;
        return progress.left + sealedBy.filter((id) => id !== key).length;
      },
    },
  };
}
