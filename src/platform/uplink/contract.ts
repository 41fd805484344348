// What a connection that was dialled out can do.
import type { Duplex } from 'node:stream';

export interface UplinkRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: string;
  /** Largest answer that is taken. */
  readonly answerBytesMax: number;
  /** Time in which the answer must be there, whole. */
  readonly answerMsMax: number;
}

export interface UplinkAnswer {
  readonly status: number;
  /** `content-type` of the answer, without parameters. */
  readonly type: string;
  readonly text: string;
}

export interface Uplink {
  /** Errors: WorldError `Unavailable` when the connection breaks or the answer is late, `Unsupported` when it is too large. */
  request(request: UplinkRequest): Promise<UplinkAnswer>;
  /** A stream by extended CONNECT (RFC 8441). Errors: WorldError `Unavailable` when it is refused or the connection breaks. */
  connect(path: string, protocol: string): Promise<Duplex>;
  /** Resolves when the far end has answered a ping; rejects with WorldError `Unavailable` when the connection breaks. */
  ping(): Promise<void>;
  /** Resolves with the reason when the connection is over, however it ended. */
  readonly ended: Promise<string>;
  close(): void;
}
