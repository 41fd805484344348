// Asks holdfastd about certificates and people.
import { WorldError } from '#base';
import type { AccessAnswer, AccessRequest, SiteFolders } from '#model/site';
import { callSupervisor } from './supervisor-call.ts';

type Answer<K extends AccessAnswer['kind']> = Extract<AccessAnswer, { kind: K }>;

/** Errors: WorldError `Unavailable` with what to do when the site does not run, and those that are answered. */
export async function askAccess<K extends AccessAnswer['kind']>(
  folders: SiteFolders,
  request: AccessRequest,
  kind: K,
): Promise<Answer<K>> {
  try {
    for await (const answer of callSupervisor(folders, request)) if (answer.kind === kind) return answer as Answer<K>;
  } catch (error) {
    const silent = error instanceof WorldError && error.details.subject === folders.supervisorSocket;
    if (!silent) throw error;
    throw new WorldError('Unavailable', `the site in ${folders.data} does not run`, {
      cure: 'bring it up: holdfast up',
      cause: error,
    });
  }
  throw new WorldError('Failed', `holdfastd has given no answer to ${request.verb}`);
}
