// Activation: the hub is known by the fingerprint in the token before anything is said to it; then the token buys an identity.
import { messageOf, WorldError } from '#base';
import { tokenParse } from '#model/link';
import type { Clock } from '#platform/clock';
import { proxyAddressOf } from '#platform/uplink';
import type { Activation } from './contract.ts';
import { dialHub } from './dial-hub.ts';
import { HubRefused, refusalError } from './hub-answer.ts';
import { pinnedAnchor } from './hub-trust.ts';
import { hubAddressOf } from './hub-url.ts';
import { type Applicant, enrol, type GrantedIdentity } from './identity.ts';
import { DIAL_MS_MAX } from './limits.ts';

export interface Activating {
  readonly by: Activation;
  readonly applicant: Applicant;
  readonly clock: Clock;
  readonly isClockSure: boolean;
}

/** Errors: WorldError `Invalid`, `Unavailable`, `Unsupported`, `Denied`, `Conflict`. */
export async function activateSite({ by, applicant, clock, isClockSure }: Activating): Promise<{
  readonly url: string;
  readonly identity: GrantedIdentity;
}> {
  const hub = hubAddressOf(by.hub);
  const proxy = by.proxy === undefined ? undefined : proxyAddressOf(by.proxy);
  const token = tokenParse(by.token);
  if (!token)
    throw new WorldError('Invalid', 'this is no activation token', {
      cure: 'copy it whole, as `holdfast hub token` printed it',
    });
  const abort = new AbortController();
  const late = clock.after(DIAL_MS_MAX, () => abort.abort(new Error('no connection in time')), { background: true });
  const anchorsPem = (chain: readonly Uint8Array[]) => pinnedAnchor(chain, token.hubCaSha256);
  try {
    const { uplink } = await dialHub({
      hub,
      proxy,
      identity: undefined,
      anchorsPem,
      clock,
      isClockSure,
      signal: abort.signal,
    });
    try {
      return { url: hub.url, identity: await enrol(uplink, applicant, by.token.trim()) };
    } finally {
      uplink.close();
    }
  } catch (error) {
    throw told(error, hub.url);
  } finally {
    late.cancel();
  }
}

function told(error: unknown, url: string): unknown {
  if (error instanceof HubRefused) return refusalError(error);
  if (!(error instanceof WorldError) || error.details.cure !== undefined) return error;
  return new WorldError(error.code, `the site was not activated: ${messageOf(error)}`, {
    cure: `see that the hub runs and can be reached from here at ${url}: holdfast hub status`,
    cause: error,
  });
}
