// Asks a site's holdfastd to end its processes in order.
import { WorldError } from '#base';
import type { SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { callSupervisor } from './supervisor-call.ts';

export interface TakeDown {
  readonly data: string;
  readonly clock: Clock;
  progress(text: string): void;
}

/** Asks holdfastd to end its processes in order. False when it does not run. */
export async function askToStop(
  folders: SiteFolders,
  keepPods: boolean,
  progress: (text: string) => void,
): Promise<boolean> {
  try {
    for await (const answer of callSupervisor(folders, { verb: 'stop', keepPods }))
      if (answer.kind === 'step') progress(answer.step);
    return true;
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Unavailable') return false;
    throw error;
  }
}
