// What went over the connections of a port, as the kernel counts it at each socket. Source: ss(8), struct tcp_info of Linux.
import { spawnSync } from 'node:child_process';

export interface WireBytes {
  readonly connections: number;
  /** TLS records, without the headers of TCP and IP. */
  readonly payload: number;
  /** With 20 bytes of IPv4 and 32 of TCP a segment, acknowledgements included. */
  readonly withHeaders: number;
}

const HEADER_BYTES = 52;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

const counted = (line: string, name: string): number => Number(new RegExp(`\\b${name}:([0-9]+)`).exec(line)?.[1] ?? 0);

/** Of the sockets that listen on the port's side, since each was opened. */
export function wireBytes(port: number): WireBytes {
  const result = spawnSync('ss', ['-tinHO', 'state', 'established', 'sport', '=', `:${port}`], {
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  if (result.status !== 0) throw new Error(`ss cannot tell what went over the wire: ${result.stderr}`);
  const lines = result.stdout.split('\n').filter((line) => line !== '');
  const sum = (...names: readonly string[]): number =>
    lines.reduce((total, line) => total + names.reduce((bytes, name) => bytes + counted(line, name), 0), 0);
  const payload = sum('bytes_sent', 'bytes_received');
  return { connections: lines.length, payload, withHeaders: payload + HEADER_BYTES * sum('segs_out', 'segs_in') };
}
