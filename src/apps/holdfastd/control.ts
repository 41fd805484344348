// Answers holdfastd's socket: what each verb does.
import { PROTOCOL_VERSION, type SiteStatus, type SupervisorAnswer, type SupervisorRequest } from '#model/site';
import { errorAnswer } from '../error-answer.ts';

export interface ControlVerbs {
  status(): Promise<SiteStatus>;
  watchStart(): AsyncIterable<SupervisorAnswer>;
  stop(options: { keepPods: boolean }): AsyncIterable<SupervisorAnswer>;
  ensure(process: string): Promise<void>;
}

async function* answers(verbs: ControlVerbs, request: SupervisorRequest): AsyncGenerator<SupervisorAnswer> {
  switch (request.verb) {
    case 'status':
      yield { kind: 'status', status: await verbs.status() };
      break;
    case 'watch-start':
      yield* verbs.watchStart();
      break;
    case 'stop':
      yield* verbs.stop({ keepPods: request.keepPods });
      break;
    case 'ensure':
      await verbs.ensure(request.process);
      yield { kind: 'done' };
      break;
  }
}

/** Never throws: failures are answers. */
export async function* control(verbs: ControlVerbs, line: unknown): AsyncGenerator<SupervisorAnswer> {
  const request = line as SupervisorRequest;
  if (request.version !== PROTOCOL_VERSION) {
    const message = `holdfastd speaks protocol ${PROTOCOL_VERSION}, not ${request.version}`;
    yield {
      kind: 'error',
      code: 'Unsupported',
      message,
      cure: 'restart the site with this version: down --keep-pods, then up',
    };
    return;
  }
  try {
    yield* answers(verbs, request);
  } catch (error) {
    yield errorAnswer(error);
  }
}
