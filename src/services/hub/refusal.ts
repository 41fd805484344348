// What a site is refused, as something that can be thrown anywhere below a request, and the HTTP answer that says it.
import { WorldError } from '#base';
import type { LinkRefusal } from '#model/link';

const STATUS: Readonly<Record<LinkRefusal['code'], number>> = {
  Version: 426,
  Token: 401,
  Identity: 401,
  Expired: 403,
  Pending: 202,
  Conflict: 409,
  Invalid: 400,
  TooLarge: 413,
  Gap: 409,
  Unavailable: 503,
};

export class LinkRefused extends Error {
  override name = 'LinkRefused';
  readonly refusal: LinkRefusal;

  constructor(code: LinkRefusal['code'], message: string, cure?: string) {
    super(message);
    this.refusal = { code, message, cure };
  }
}

export interface RefusalAnswer {
  readonly status: number;
  readonly refusal: LinkRefusal;
}

/** The answer to a request that could not be served. What the hub itself cannot do now may work later. */
export function refusalAnswer(thrown: unknown): RefusalAnswer {
  const refusal: LinkRefusal =
    thrown instanceof LinkRefused
      ? thrown.refusal
      : {
          code: 'Unavailable',
          message:
            thrown instanceof WorldError && thrown.code === 'Exhausted'
              ? 'the disk of the hub is full'
              : 'the hub cannot do this now; its log says why',
        };
  return { status: STATUS[refusal.code], refusal };
}
