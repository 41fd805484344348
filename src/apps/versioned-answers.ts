// Answers requests of one version of a socket's protocol; whatever fails is an answer too.
import { type ErrorAnswer, errorAnswer } from './error-answer.ts';

export interface Protocol {
  /** Who speaks it, with its verb: "holdfastd speaks". */
  readonly speaks: string;
  readonly version: number;
  /** How to bring both to one version; absent: for a site. */
  readonly cure?: string;
}

/** Never throws. A caller of another version is told how to bring both to one. */
export async function* versionedAnswers<Request extends { readonly version: number }, Answer>(
  protocol: Protocol,
  line: unknown,
  answers: (request: Request) => AsyncIterable<Answer>,
): AsyncGenerator<Answer | ErrorAnswer> {
  const request = line as Request;
  if (request.version !== protocol.version) {
    yield {
      kind: 'error',
      code: 'Unsupported',
      message: `${protocol.speaks} protocol ${protocol.version}, not ${request.version}`,
      cure: protocol.cure ?? 'restart the site with this version: down --keep-pods, then up',
    };
    return;
  }
  try {
    yield* answers(request);
  } catch (error) {
    yield errorAnswer(error);
  }
}
