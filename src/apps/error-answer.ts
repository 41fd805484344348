// A failure as an answer on a socket, which the caller turns into the same failure again.
import { messageOf, type Refusal, WorldError } from '#base';

export interface ErrorAnswer {
  readonly kind: 'error';
  readonly code: string;
  readonly message: string;
  readonly cure?: string;
  readonly refusal?: Refusal;
}

export function errorAnswer(error: unknown): ErrorAnswer {
  const world = error instanceof WorldError ? error : undefined;
  const { cure, refusal } = world?.details ?? {};
  return { kind: 'error', code: world?.code ?? 'Failed', message: messageOf(error), cure, refusal };
}
