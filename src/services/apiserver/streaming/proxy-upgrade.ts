// Passes upgraded connections (exec, attach, port-forward) on to node agents, which speak the protocols.
import type { ApiError } from '#client';
import { type PassUpgrade, passUpgrade, type UpgradeRequest } from '#platform/stream';
import { proxyError } from './proxy-error.ts';

export type ProxyUpgrade = PassUpgrade;

/** Answers an upgrade with an error in the form of the API and closes. */
export function answerUpgradeError(socket: UpgradeRequest['socket'], error: ApiError): void {
  const { code, reason, message, details } = error;
  const body = JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details !== undefined && { details }),
    code,
  });
  const lines = [
    `HTTP/1.1 ${code} ${reason}`,
    'Content-Type: application/json',
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

/** Resolves when both ends are closed. Never rejects: the client has been told. */
export async function proxyUpgrade(options: ProxyUpgrade): Promise<void> {
  try {
    await passUpgrade(options);
  } catch (thrown) {
    answerUpgradeError(options.socket, proxyError(options.target, thrown));
  }
}
