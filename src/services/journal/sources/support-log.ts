// Answers a hub that asks a site for a log of itself: the ends of all logs, the events and the status become one packed bundle, and
// the bundle a row of event records. The last of them names the request, the digest and how many parts there are; a hub that
// has it has all of them, because records come in order. A request is answered once, however often it comes.
import { messageOf } from '#base';
import { type Clock, rfc3339 } from '#platform/clock';
import { sha256Of } from '#platform/digest';
import { fileBytes, readFrom, readJsonIfPresent, writeFileAtomic } from '#platform/disk';
import { gzipFast } from '#platform/http';
import type { Log } from '#platform/log';
import type { Journal } from '../journal.ts';
import {
  BUNDLE_BYTES_MAX,
  BUNDLE_EVENTS_BYTES,
  BUNDLE_LOG_BYTES,
  BUNDLE_LOGS_MAX,
  BUNDLE_PART_CHARACTERS,
  BUNDLE_REQUESTS_KEPT,
} from '../limits.ts';

export interface LogRequest {
  readonly id: string;
  readonly kind: string;
}

export interface SupportLog {
  /** Takes up what a heartbeat's answer asks for. Never rejects. */
  asked(requests: readonly LogRequest[]): Promise<void>;
}

export interface SupportLogOptions {
  readonly journal: Journal;
  readonly eventsFile: string;
  /** Remembers what was answered. */
  readonly answeredFile: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The logs that there are, those that matter most first. */
  logs(): readonly { readonly name: string; readonly file: string }[];
  status(): Promise<unknown>;
}

interface Bundle {
  readonly at: string;
  readonly status: unknown;
  readonly events: string;
  readonly logs: Readonly<Record<string, string>>;
  /** Logs that did not fit. */
  readonly leftOut: readonly string[];
}

/** The end of a file, from the beginning of a line on; what cannot be read says why. */
function endOf(file: string, bytesMax: number): string {
  try {
    const from = Math.max(0, fileBytes(file) - bytesMax);
    const { text } = readFrom(file, from, bytesMax);
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } catch (error) {
    return `could not be read: ${messageOf(error)}`;
  }
}

async function packed(options: SupportLogOptions): Promise<Uint8Array> {
  const found = options.logs().slice(0, BUNDLE_LOGS_MAX);
  const status = await options.status().catch((error) => ({ error: messageOf(error) }));
  const ends = found.map(({ name, file }) => [name, endOf(file, BUNDLE_LOG_BYTES)] as const);
  for (let kept = ends.length; ; kept--) {
    const bundle: Bundle = {
      at: rfc3339(options.clock.now()),
      status,
      events: endOf(options.eventsFile, BUNDLE_EVENTS_BYTES),
      logs: Object.fromEntries(ends.slice(0, kept)),
      leftOut: ends.slice(kept).map(([name]) => name),
    };
    const bytes = await gzipFast(Buffer.from(JSON.stringify(bundle)));
    if (bytes.length <= BUNDLE_BYTES_MAX || kept === 0) return bytes;
  }
}

export function openSupportLog(options: SupportLogOptions): SupportLog {
  const { journal, answeredFile, log } = options;
  let turn: Promise<void> = Promise.resolve();
  const answered = (): readonly string[] => {
    try {
      return readJsonIfPresent<readonly string[]>(answeredFile) ?? [];
    } catch {
      return [];
    }
  };
  const answer = async (id: string): Promise<void> => {
    const before = answered();
    if (before.includes(id)) return;
    const bytes = await packed(options);
    const text = Buffer.from(bytes).toString('base64');
    const parts = Math.ceil(text.length / BUNDLE_PART_CHARACTERS);
    for (let part = 1; part <= parts; part++) {
      const end = part * BUNDLE_PART_CHARACTERS;
      void journal.append('event', {
        reason: 'SupportLogPart',
        bundle: id,
        part,
        parts,
        text: text.slice(end - BUNDLE_PART_CHARACTERS, end),
      });
    }
    const whole = { parts, bytes: bytes.length, sha256: sha256Of(bytes), encoding: 'json, gzip, base64' };
    const kept = await journal.append(
      'event',
      { reason: 'SupportLog', request: id, bundle: id, ...whole },
      { durable: true },
    );
    if (kept) writeFileAtomic(answeredFile, JSON.stringify([...before, id].slice(-BUNDLE_REQUESTS_KEPT)));
  };
  return {
    asked(requests) {
      turn = turn.then(async () => {
        for (const { id, kind } of requests) {
          if (kind !== 'support-log') continue;
          await answer(id).catch((error) => log.warn('a log that the hub asked for was not collected', { id, error }));
        }
      });
      return turn;
    },
  };
}
