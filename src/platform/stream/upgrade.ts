// The HTTP/1.1 upgrade that every remote stream starts with: which protocol is asked for, saying yes, refusing.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WorldError } from '#base';

/** What a server of remote streams is handed by the 'upgrade' event of an HTTP server. */
export interface UpgradeRequest {
  readonly req: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

export type UpgradeKind = 'spdy' | 'websocket';

export function upgradeKind(req: IncomingMessage): UpgradeKind | undefined {
  const asked = String(req.headers.upgrade ?? '').toLowerCase();
  if (asked === 'websocket') return 'websocket';
  return asked.startsWith('spdy/3.1') ? 'spdy' : undefined;
}

/** The protocols that a header names, in the client's order of preference. */
export function protocolsOf(req: IncomingMessage, header: string): readonly string[] {
  return String(req.headers[header] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Answers with an error and closes; throws the same as {@link WorldError} `Unsupported`. */
export function refuseUpgrade(socket: Duplex, code: number, message: string, headers: readonly string[] = []): never {
  const lines = [
    `HTTP/1.1 ${code} ${code === 403 ? 'Forbidden' : 'Bad Request'}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(message)}`,
    'Connection: close',
    ...headers,
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${message}`);
  throw new WorldError('Unsupported', message);
}

/** Chooses a protocol for a SPDY upgrade and says yes; answers the protocol, or refuses. */
export function acceptSpdy(upgrade: UpgradeRequest, offered: readonly string[], fallback?: string): string {
  const asked = protocolsOf(upgrade.req, 'x-stream-protocol-version');
  const chosen = asked.length === 0 ? fallback : asked.find((name) => offered.includes(name));
  if (chosen === undefined)
    refuseUpgrade(
      upgrade.socket,
      403,
      `none of the protocols [${asked.join(', ')}] is spoken here; these are: [${offered.join(', ')}]`,
      offered.map((name) => `X-Accepted-Stream-Protocol-Versions: ${name}`),
    );
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1'];
  if (asked.length > 0) lines.push(`X-Stream-Protocol-Version: ${chosen}`);
  upgrade.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  if (upgrade.head.length > 0) upgrade.socket.unshift(upgrade.head);
  return chosen;
}
