// Speaks to the process `services` of a site.
import { WorldError, type WorldErrorCode } from '#base';
import { SERVICES_PROTOCOL_VERSION, type ServicesAnswer, type ServicesRequest, type SiteFolders } from '#model/site';
import { callLines } from '#platform/socket';

type WithoutVersion<R> = R extends unknown ? Omit<R, 'version'> : never;

/** Yields what is answered. Errors: WorldError `Unavailable` when the site does not run, and those that are answered. */
export async function* callServices(
  folders: SiteFolders,
  request: WithoutVersion<ServicesRequest>,
): AsyncGenerator<Exclude<ServicesAnswer, { kind: 'error' }>> {
  try {
    for await (const line of callLines(folders.servicesSocket, { version: SERVICES_PROTOCOL_VERSION, ...request })) {
      const answer = line as ServicesAnswer;
      if (answer.kind === 'error')
        throw new WorldError(answer.code as WorldErrorCode, answer.message, {
          cure: answer.cure,
          refusal: answer.refusal,
        });
      yield answer;
    }
  } catch (error) {
    if (
      !(error instanceof WorldError) ||
      error.code !== 'Unavailable' ||
      error.details.subject !== folders.servicesSocket
    )
      throw error;
    throw new WorldError('Unavailable', `the services of the site in ${folders.data} do not run`, {
      cure: 'bring the site up: holdfast up',
      cause: error,
    });
  }
}
