// A failure as an answer on a socket, which the caller turns into the same failure again.
import { messageOf, WorldError } from '#base';

export interface ErrorAnswer {
  readonly kind: 'error';
  readonly code: string;
  readonly message: string;
  readonly cure?: string;
}

export function errorAnswer(error: unknown): ErrorAnswer {
  const world = error instanceof WorldError ? error : undefined;
  return { kind: 'error', code: world?.code ?? 'Failed', message: messageOf(error), cure: world?.details.cure };
}
