// Speaks to a running hub.
import { WorldError, type WorldErrorCode } from '#base';
import { HUB_PROTOCOL_VERSION, type HubAnswer, type HubRequest } from '#model/hub';
import { callLines } from '#platform/socket';
import { openHub } from './hub-file.ts';

type WithoutVersion<R> = R extends unknown ? Omit<R, 'version'> : never;
export type HubQuestion = WithoutVersion<HubRequest>;
type Told = Exclude<HubAnswer, { kind: 'error' }>;

/** Yields what is answered. Errors: WorldError `NotFound` (no hub there), `Unavailable` (it does not run), and those that are answered. */
export async function* callHub(data: string, request: HubQuestion): AsyncGenerator<Told> {
  const { folders } = openHub(data);
  try {
    for await (const line of callLines(folders.socket, { version: HUB_PROTOCOL_VERSION, ...request })) {
      const answer = line as HubAnswer;
      if (answer.kind === 'error')
        throw new WorldError(answer.code as WorldErrorCode, answer.message, { cure: answer.cure });
      yield answer;
    }
  } catch (error) {
    if (!(error instanceof WorldError) || error.code !== 'Unavailable' || error.details.subject !== folders.socket)
      throw error;
    throw new WorldError('Unavailable', `the hub in ${data} does not run`, {
      cure: 'bring it up: holdfast hub up',
      cause: error,
    });
  }
}

/** The one answer of this kind. */
export async function askHub<K extends Told['kind']>(
  data: string,
  request: HubQuestion,
  kind: K,
): Promise<Extract<Told, { kind: K }>> {
  for await (const answer of callHub(data, request))
    if (answer.kind === kind) return answer as Extract<Told, { kind: K }>;
  throw new WorldError('Failed', 'the hub answered nothing', { cure: `read ${openHub(data).folders.logFile}` });
}
