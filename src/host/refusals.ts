// Tells a running site that the guard of the command line refused something, for its audit.
import type { SiteFolders, Standing } from '#model/site';
import { callSupervisor } from './supervisor-call.ts';

/** Resolves when it is told, or there is nobody to tell: a refusal stands whether or not it is written down. */
export async function tellRefusal(folders: SiteFolders, refused: { operation: string } & Standing): Promise<void> {
  const { operation, plane, mode } = refused;
  try {
    for await (const _ of callSupervisor(folders, { verb: 'told-refusal', operation, plane, mode })) return;
  } catch {
    // The site does not run.
  }
}
