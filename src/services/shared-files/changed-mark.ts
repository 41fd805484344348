// Tells whoever follows the certificates that files of theirs were taken over, once all of them are there.
import { writeFileAtomic } from '#platform/disk';
import { CHANGED_MARK } from './shared-paths.ts';

export const changedMarker =
  (data: string) =>
  (paths: readonly string[]): void => {
    if (paths.some((path) => path.startsWith('pki/'))) writeFileAtomic(`${data}/${CHANGED_MARK}`, crypto.randomUUID());
  };
