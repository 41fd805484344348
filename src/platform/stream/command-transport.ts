// What a remote command has on the wire, whichever protocol carries it.
import type { Readable, Writable } from 'node:stream';
import type { TerminalSize } from './terminal-resize.ts';

/** Which streams the command has, from the request's query. With `tty` there is no stderr. */
export interface CommandStreams {
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** The streams of an accepted client, before they are wrapped up; what both protocols make. */
export interface CommandTransport {
  readonly protocol: string;
  /** The error channel carries a Status object. */
  readonly structured: boolean;
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  readonly error: Writable;
  onResize(listener: (size: TerminalSize) => void): void;
  readonly closed: Promise<void>;
  close(): Promise<void>;
  destroy(): void;
}
