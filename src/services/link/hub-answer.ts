// Reads what a hub answers: JSON of the shape that was asked for, or a refusal, or something that no hub says.
import { WorldError, type WorldErrorCode } from '#base';
import type { LinkRefusal } from '#model/link';
import type { UplinkAnswer } from '#platform/uplink';

/** The hub said no, in its own words. */
export class HubRefused extends Error {
  override name = 'HubRefused';
  readonly refusal: LinkRefusal;

  constructor(refusal: LinkRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

const CODES: Readonly<Record<LinkRefusal['code'], WorldErrorCode>> = {
  Version: 'Unsupported',
  Token: 'Denied',
  Identity: 'Denied',
  Expired: 'Denied',
  Pending: 'Unavailable',
  Conflict: 'Conflict',
  Invalid: 'Failed',
  TooLarge: 'Failed',
  Gap: 'Failed',
  Unavailable: 'Unavailable',
};

const CURES: Readonly<Partial<Record<LinkRefusal['code'], string>>> = {
  Token: 'make another token for this site: holdfast hub token',
  Version: 'bring hub and site to releases that speak the same protocol',
};

/** A refusal for whoever asked at the command line. */
export function refusalError({ refusal }: HubRefused): WorldError {
  const { code, message } = refusal;
  const cure = refusal.cure ?? CURES[code] ?? "read the hub's log";
  return new WorldError(CODES[code], `the hub refuses: ${message}`, { cure: `at the hub: ${cure}` });
}

const notAHub = (status: number): WorldError =>
  new WorldError('Unsupported', `what answers is no hub: it says ${status} and no JSON`, {
    cure: 'see that the URL is that of the hub, and that no sign-in page of the network stands before it',
  });

function objectIn(answer: UplinkAnswer): Readonly<Record<string, unknown>> {
  if (answer.type !== 'application/json') throw notAHub(answer.status);
  let value: unknown;
  try {
    value = JSON.parse(answer.text);
  } catch {
    throw notAHub(answer.status);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAHub(answer.status);
  return value as Readonly<Record<string, unknown>>;
}

/** The answer's fields. Errors: HubRefused; WorldError `Unsupported` when no hub says such a thing. */
export function answerFields(answer: UplinkAnswer): Readonly<Record<string, unknown>> {
  const fields = objectIn(answer);
  if (answer.status === 200) return fields;
  const { code, message, cure } = fields;
  if (typeof code !== 'string' || !(code in CODES) || typeof message !== 'string') throw notAHub(answer.status);
  throw new HubRefused({
    code: code as LinkRefusal['code'],
    message: shown(message),
    ...(typeof cure === 'string' && { cure: shown(cure) }),
  });
}

/** What another machine says is shown to people: bounded, and without what moves a cursor. */
const shown = (text: string): string => text.replaceAll(/[^\x20-\x7e\u00a0-\uffff]/g, ' ').slice(0, 512);

/** A time that the hub told, milliseconds since 1970; undefined when it is none. */
export function timeIn(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) ? ms : undefined;
}

/** A whole number from 0 on. */
export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
