// Removes a site's data, once nothing of it is left in the kernel.
import { WorldError } from '#base';
import type { SiteFolders } from '#model/site';
import { isPresent, mountsBelow, removeTree } from '#platform/disk';
import { releaseClaims } from './claims.ts';
import { everyStep } from './every-step.ts';

/** site.json goes last: whatever interrupts this, the site can still be found and destroyed again. So it stays when
 * something else of the site does (`siteFile: 'keep'`).
 * Errors: WorldError `Failed` when something is mounted below, or the folder stays. */
export async function removeSite(folders: SiteFolders, siteFile: 'remove' | 'keep' = 'remove'): Promise<void> {
  const all = mountsBelow(folders.data);
  const mounted = all.filter((point) => point !== folders.data);
  if (mounted.length > 0)
    throw new WorldError('Failed', `something is still mounted below ${folders.data}; its data is left alone`, {
      cure: `unmount ${mounted.join(', ')}`,
    });
  const steps = everyStep();
  for (const part of [folders.run, folders.state, folders.content, folders.pki, folders.logs])
    await steps.step(() => removeTree(part));
  steps.finish();
  if (siteFile === 'keep') return;
  releaseClaims(folders.data);
  // A disk of its own is left as it was given: empty.
  const isDisk = mounted.length < all.length;
  removeTree(isDisk ? folders.siteFile : folders.data);
  if (isDisk) return;
  if (isPresent(folders.data)) throw new WorldError('Failed', `${folders.data} cannot be removed`);
}
