// Waits for the replicated volumes of a pair: the registry's content stands on them, so that it is on both nodes.
import type { SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { volumeAnswers } from '#platform/gluster';
import type { Log } from '#platform/log';

const LOOK_MS = 100;

export async function replicatedVolumesShow(folders: SiteFolders, of: { clock: Clock; log: Log }): Promise<void> {
  if (await volumeAnswers(folders.replicatedVolumes)) return;
  of.log.info('waiting for the replicated volumes, on which the content of the registry stands');
  while (!(await volumeAnswers(folders.replicatedVolumes))) await of.clock.sleep(LOOK_MS);
}
