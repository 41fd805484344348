// The 48 bytes of an NTP message in client mode. The request carries a random number where its time would stand: it tells
// nobody our time, and only who has seen it can answer. Source: RFC 5905 sections 6, 7.3, 7.4; RFC 9109; RFC 4330 section 5.
import { WorldError } from '#base';

const BYTES = 48;
const CLIENT_V4 = 0x23;
const MODE_SERVER = 4;
const UNSYNCHRONIZED = 3;
const STRATUM_MAX = 15;
const ERA_SECONDS = 2 ** 32;
/** Seconds from 1900, where era 0 begins, to 1970. */
const EPOCH_SECONDS = 2_208_988_800;
const AT = {
  stratum: 1,
  rootDelay: 4,
  rootDispersion: 8,
  reference: 12,
  origin: 24,
  receive: 32,
  transmit: 40,
} as const;

export type NtpMessage =
  | {
      readonly kind: 'time';
      readonly stratum: number;
      /** Milliseconds since 1970. */
      readonly receivedMs: number;
      readonly sentMs: number;
      /** How far the server itself may be off its reference. */
      readonly rootMs: number;
    }
  /** Kiss of death: the server does not want to be asked (RFC 5905 section 7.4): DENY, RSTR, RATE, ... */
  | { readonly kind: 'kiss'; readonly code: string };

export function requestBytes(nonce: Uint8Array): Buffer {
  const bytes = Buffer.alloc(BYTES);
  bytes[0] = CLIENT_V4;
  Buffer.from(nonce).copy(bytes, AT.transmit, 0, 8);
  return bytes;
}

/** A timestamp holds 136 years of seconds; which 136 years is told by a time that has surely passed. */
function timestampMs(bytes: Buffer, at: number, notBeforeMs: number): number {
  const seconds = bytes.readUInt32BE(at) - EPOCH_SECONDS;
  const era = Math.ceil((notBeforeMs / 1000 - seconds) / ERA_SECONDS);
  return (seconds + Math.max(0, era) * ERA_SECONDS) * 1000 + (bytes.readUInt32BE(at + 4) * 1000) / ERA_SECONDS;
}

const shortMs = (bytes: Buffer, at: number): number => (bytes.readUInt32BE(at) * 1000) / 65_536;

/** Reads an answer. Errors: WorldError `Corrupt` with what is wrong, for what is no answer to this request. */
export function readAnswer(bytes: Buffer, nonce: Uint8Array, notBeforeMs: number): NtpMessage {
  const wrong = (what: string): never => {
    throw new WorldError('Corrupt', what, { attempted: 'read the answer of a time server' });
  };
  if (bytes.length < BYTES) return wrong(`an answer of ${bytes.length} bytes`);
  const [first = 0, stratum = 0] = bytes;
  if ((first & 7) !== MODE_SERVER) return wrong(`an answer in mode ${first & 7}`);
  if (!Buffer.from(nonce).equals(bytes.subarray(AT.origin, AT.origin + 8)))
    return wrong('an answer to another request');
  if (stratum === 0)
    return { kind: 'kiss', code: bytes.toString('latin1', AT.reference, AT.reference + 4).replace(/[^A-Z]/g, '') };
  if (first >> 6 === UNSYNCHRONIZED || stratum > STRATUM_MAX)
    return wrong('a server that does not know the time itself');
  if (bytes.readBigUInt64BE(AT.transmit) === 0n) return wrong('an answer without a time');
  return {
    kind: 'time',
    stratum,
    receivedMs: timestampMs(bytes, AT.receive, notBeforeMs),
    sentMs: timestampMs(bytes, AT.transmit, notBeforeMs),
    rootMs: shortMs(bytes, AT.rootDelay) / 2 + shortMs(bytes, AT.rootDispersion),
  };
}
