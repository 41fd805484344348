// Ends a site's guard, so that nothing brings holdfastd back meanwhile.
import { GUARD_NAME, type SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { endProcessGroup } from '#platform/process';
import { recordedProcesses } from './recorded-processes.ts';

/** Kills the guard together with a holdfastd that it has started: one that is just being born must not outlive it. */
export async function endGuard(folders: SiteFolders, clock: Clock): Promise<void> {
  const guards = Object.entries(recordedProcesses(folders)).filter(
    ([name]) => name === GUARD_NAME || name.startsWith(`${GUARD_NAME}-`),
  );
  await Promise.all(guards.map(([, identity]) => endProcessGroup(identity, { clock })));
}
