// Restarts everything that a voter keeps, itself among it: ends it in order and hands back what it holds, so that nobody takes it for lost;
// its guard starts it again. That it was done is written down last: whatever interrupts it before, it is done once more.
import type { SiteFolders } from '#model/site';
import { GUARD_NAME } from '#model/site';
import { writeFileAtomic } from '#platform/disk';
import type { Log } from '#platform/log';
import type { Supervisor } from '#services/supervisor';

/** No failure, though not 0: that would tell the guard that it is not to be started again. */
export const RESTART_EXIT = 75;

export async function restartNode(of: {
  readonly id: string;
  readonly folders: SiteFolders;
  readonly supervisor: Supervisor;
  readonly log: Log;
  endPods(): Promise<void>;
  /** Hands back what this voter holds. */
  leave(): Promise<void>;
  letGo(): Promise<void>;
}): Promise<void> {
  const { id, folders, supervisor, log } = of;
  const names = supervisor
    .states()
    .map(({ name }) => name)
    .filter((name) => name !== GUARD_NAME);
  const end = (which: (name: string) => boolean): Promise<unknown> =>
    Promise.all(names.filter(which).map((name) => supervisor.stop(name)));
  const isContainers = (name: string): boolean => name.startsWith('containerd-');
  try {
    await end((name) => name.startsWith('agent-'));
    await of.endPods();
    await of.leave();
    await end((name) => !isContainers(name));
    // It writes down how its containers ended.
    await end(isContainers);
    writeFileAtomic(folders.restartedFor, id);
    await of.letGo();
  } catch (error) {
    log.error('this voter did not end in order; it is started again all the same', { error });
  }
  writeFileAtomic(folders.supervisorRestart, '');
}
