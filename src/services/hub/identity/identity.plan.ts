// Decides what a site gets that asks for an identity: the rules of renewal, and those of the way back after the end.
//
//   renewal, same key, younger than 45 days        the one that it has
//   renewal otherwise                              a new one
//   return, and by the hub's clock it did not end  a new one
//   return, approved for this key, in time         a new one
//   return, not approved yet                       wait
//   return, with another key or an old approval    ask the operator anew
//   one is shown that ends later than any known    known from now on: the hub was restored from an older backup
import { IDENTITY_LIFE_MS, IDENTITY_RENEW_AFTER_MS } from '#model/link';
import { APPROVAL_MS_MAX } from '../limits.ts';
import type { Waiting } from '../sites/site.ts';

export interface Presented {
  /** End of the certificate that was shown. */
  readonly endMs: number;
  /** Hex SHA-256 of the key that the request proves. */
  readonly key: string;
}

/** `shownKey`: the key of the certificate that was shown. */
export function planRenewal(by: Presented & { readonly shownKey: string }, nowMs: number): 'same' | 'grant' {
  const ageMs = nowMs - (by.endMs - IDENTITY_LIFE_MS);
  return by.key === by.shownKey && ageMs < IDENTITY_RENEW_AFTER_MS ? 'same' : 'grant';
}

export function planReturn(by: Presented, waiting: Waiting | undefined, nowMs: number): 'grant' | 'ask' | 'wait' {
  // The hub's clock says that it did not end: nobody need be asked.
  if (nowMs < by.endMs) return 'grant';
  if (waiting?.key !== by.key) return 'ask';
  if (waiting.approvedMs === undefined) return 'wait';
  return nowMs - waiting.approvedMs < APPROVAL_MS_MAX ? 'grant' : 'ask';
}

/** Whether the hub learns from an identity of its own that is shown to it: then its end and its key are known from now on. */
export const isNews = (by: Pick<Presented, 'endMs'>, known: { readonly identityEndMs: number }): boolean =>
  by.endMs > known.identityEndMs;
