// A connection to the site's hub, and to no other: judged before anything is said.
import type { Clock } from '#platform/clock';
import { type Dialling, dialUplink, type Uplink } from '#platform/uplink';
import { type Judgement, judgeHub } from './hub-trust.ts';
import type { HubAddress } from './hub-url.ts';
import { OtherHub } from './trouble.ts';

export interface HubDialling {
  readonly hub: HubAddress;
  readonly proxy: Dialling['proxy'];
  readonly identity: Dialling['identity'];
  /** What is trusted as the hub, given what the server shows; undefined: none of it. */
  anchorsPem(chain: readonly Uint8Array[]): string | undefined;
  readonly clock: Clock;
  readonly isClockSure: boolean;
  readonly signal: AbortSignal;
}

/** Errors: OtherHub; WorldError `Unavailable`, `Unsupported`, `Denied` (a proxy). */
export async function dialHub(of: HubDialling): Promise<{ uplink: Uplink; byAuthorityAlone: boolean }> {
  const { hub, clock, isClockSure } = of;
  let judgement: Judgement = { kind: 'refused', problem: 'nothing was shown' };
  const judge = (chain: readonly Uint8Array[]): string | undefined => {
    const anchorsPem = of.anchorsPem(chain);
    judgement =
      anchorsPem === undefined
        ? { kind: 'refused', problem: 'no authority that it shows is the one that is expected' }
        : judgeHub(chain, { host: hub.host, anchorsPem, nowMs: clock.now(), isClockSure });
    return judgement.kind === 'refused' ? judgement.problem : undefined;
  };
  try {
    const uplink = await dialUplink({
      ...hub,
      proxy: of.proxy,
      identity: of.identity,
      judge,
      clock,
      signal: of.signal,
    });
    return { uplink, byAuthorityAlone: isByAuthorityAlone(judgement) };
  } catch (error) {
    const problem = problemOf(judgement);
    if (problem === undefined || problem === 'nothing was shown') throw error;
    throw new OtherHub(
      `what answers at ${hub.url} is not this site's hub, so nothing was sent to it: ${problem}`,
      "see that the URL, and whatever stands on the way, lead to the site's own hub; compare the authority with `holdfast hub token`",
    );
  }
}

const isByAuthorityAlone = (judgement: Judgement): boolean =>
  judgement.kind === 'believed' && judgement.byAuthorityAlone;
const problemOf = (judgement: Judgement): string | undefined =>
  judgement.kind === 'refused' ? judgement.problem : undefined;
