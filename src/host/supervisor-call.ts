// Speaks to a site's holdfastd.
import { WorldError, type WorldErrorCode } from '#base';
import { PROTOCOL_VERSION, type SiteFolders, type SupervisorAnswer, type SupervisorRequest } from '#model/site';
import { callLines } from '#platform/socket';

type WithoutVersion<R> = R extends unknown ? Omit<R, 'version'> : never;

/** Yields holdfastd's answers. Errors: WorldError `Unavailable` when it does not run, and those it answers. */
export async function* callSupervisor(
  folders: SiteFolders,
  request: WithoutVersion<SupervisorRequest>,
): AsyncGenerator<SupervisorAnswer> {
  for await (const line of callLines(folders.supervisorSocket, { version: PROTOCOL_VERSION, ...request })) {
    const answer = line as SupervisorAnswer;
    if (answer.kind === 'error')
      throw new WorldError(answer.code as WorldErrorCode, answer.message, {
        cure: answer.cure,
        refusal: answer.refusal,
      });
    yield answer;
  }
}

/** True when holdfastd of the site answers. */
export async function isSupervised(folders: SiteFolders): Promise<boolean> {
  try {
    for await (const answer of callSupervisor(folders, { verb: 'status' })) return answer.kind === 'status';
    return false;
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Unavailable') return false;
    throw error;
  }
}
