// Mends a damaged record of who runs: processes that cannot be adopted any more are ended, so that none runs twice.
// Their containers run on; the container runtime finds them again when it is started anew.
import { WorldError } from '#base';
import { strayProcesses } from '#host';
import type { SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { readJsonIfPresent, removeTree } from '#platform/disk';
import { endProcess } from '#platform/process';
import type { EventLog } from '#services/supervisor';

const STRAY_GRACE_MS = 5_000;

export async function salvageRecords(of: { folders: SiteFolders; clock: Clock; events: EventLog }): Promise<void> {
  const { folders, clock, events } = of;
  try {
    readJsonIfPresent(folders.processes);
  } catch (error) {
    if (!(error instanceof WorldError) || error.code !== 'Corrupt') throw error;
    const strays = Object.values(strayProcesses(folders));
    await Promise.all(strays.map((identity) => endProcess(identity, { graceMs: STRAY_GRACE_MS, clock })));
    removeTree(folders.processes);
    const message = `${folders.processes} was damaged; ${strays.length} processes that ran were ended, to be started anew`;
    events.add({ type: 'Warning', subject: 'holdfastd', reason: 'RecordsDamaged', message });
  }
}
