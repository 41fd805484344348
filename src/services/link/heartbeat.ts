// One heartbeat: what the site tells, in less than a kilobyte, and what the hub says to it.
import {
  HEARTBEAT_BYTES_MAX,
  type HeartbeatRequest,
  type JournalPositions,
  LINK_PATHS,
  LINK_PROTOCOL_VERSION,
} from '#model/link';
import type { Uplink } from '#platform/uplink';
import type { HubWish } from './contract.ts';
import { answerFields, isCount, timeIn } from './hub-answer.ts';
import { ANSWER_BYTES_MAX, BEAT_ANSWER_MS_MAX } from './limits.ts';

export type Beat = Omit<HeartbeatRequest, 'protocol'>;

export interface BeatAnswer {
  readonly hubTimeMs: number | undefined;
  /** Newest revision of the desired state; 0 for none. */
  readonly desired: number;
  readonly journal: JournalPositions;
  readonly requests: readonly HubWish[];
}

/** The message; troubles that do not fit are left out, from the last on. */
export function beatText(beat: Beat): string {
  let troubles = [...beat.troubles];
  for (;;) {
    const message: HeartbeatRequest = { protocol: LINK_PROTOCOL_VERSION, ...beat, troubles };
    const text = JSON.stringify(message);
    if (troubles.length === 0 || new TextEncoder().encode(text).length < HEARTBEAT_BYTES_MAX) return text;
    troubles = troubles.slice(0, -1);
  }
}

const isWish = (value: Partial<HubWish> | null): value is HubWish =>
  typeof value?.id === 'string' && typeof value.kind === 'string';

/** Errors: HubRefused; WorldError `Unavailable`, `Unsupported`. */
export async function sendBeat(uplink: Uplink, beat: Beat): Promise<BeatAnswer> {
  const answer = await uplink.request({
    method: 'POST',
    path: LINK_PATHS.heartbeat,
    body: beatText(beat),
    answerBytesMax: ANSWER_BYTES_MAX,
    answerMsMax: BEAT_ANSWER_MS_MAX,
  });
  const { hubTime, desired, journal, requests } = answerFields(answer);
  const positions = typeof journal === 'object' && journal !== null ? Object.entries(journal) : [];
  return {
    hubTimeMs: timeIn(hubTime),
    desired: isCount(desired) ? desired : 0,
    journal: Object.fromEntries(positions.filter((entry): entry is [string, number] => isCount(entry[1]))),
    requests: Array.isArray(requests) ? requests.filter(isWish) : [],
  };
}
