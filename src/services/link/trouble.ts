// What stands between a site and its hub, told from what failed.
import { messageOf, WorldError } from '#base';
import type { LinkTrouble, LinkTroubleKind } from '#model/site';
import { HubRefused } from './hub-answer.ts';

export type Trouble = Omit<LinkTrouble, 'since'>;

/** A hub that answers and is not this site's. Nothing was sent to it. */
export class OtherHub extends WorldError {
  constructor(message: string, cure: string) {
    super('Denied', message, { attempted: 'know the hub', cure });
  }
}

const REFUSALS: Partial<Record<HubRefused['refusal']['code'], LinkTroubleKind>> = {
  Expired: 'expired',
  Pending: 'expired',
  Identity: 'refused',
  Version: 'refused',
  Token: 'refused',
};

function kindOf(error: WorldError): LinkTroubleKind {
  if (error instanceof OtherHub) return 'other-hub';
  if (error.code === 'Corrupt') return 'damaged';
  if (error.code === 'Unsupported') return 'not-a-hub';
  return error.code === 'Denied' ? 'proxy' : 'unreachable';
}

export function troubleOf(thrown: unknown): Trouble {
  if (thrown instanceof HubRefused) {
    const { code, message, cure } = thrown.refusal;
    const kind = REFUSALS[code] ?? 'unreachable';
    return { kind, message: `the hub says: ${message}`, ...(cure && { cure: `at the hub: ${cure}` }) };
  }
  const error = thrown instanceof WorldError ? thrown : new WorldError('Unavailable', messageOf(thrown));
  const { cure } = error.details;
  return { kind: kindOf(error), message: error.message, ...(cure && { cure }) };
}
