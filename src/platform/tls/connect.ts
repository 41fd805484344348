// Options of a TLS client whose server is judged by the caller's clock. Node.js is told to let every certificate pass, because it
// would judge by the machine's; `checkServer` must be called before anything is believed, and the connection cut when it objects.
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { judgedBetween, type WallClock } from '#platform/clock';
import { anchorsOf, judgeCertificate, problemAt } from '#platform/x509';
import type { ClientTls } from './credentials.ts';

/** TLS 1.2 is the oldest version spoken, as Kubernetes does. */
export function clientOptions(tls: ClientTls): ConnectionOptions {
  return { ca: tls.caPem, cert: tls.certPem, key: tls.keyPem, minVersion: 'TLSv1.2', rejectUnauthorized: false };
}

/** Calls `refuse` as soon as the handshake is over, before anything is sent, when the server cannot be believed. */
export function checkServer(
  socket: TLSSocket,
  of: { readonly tls: ClientTls; readonly host: string; readonly clock: WallClock },
  refuse: (error: Error) => void,
): void {
  const anchors = anchorsOf(of.tls.caPem);
  socket.prependOnceListener('secureConnect', () => {
    const check = { anchors, use: 'server' as const, name: of.host };
    const problem = problemAt(judgeCertificate(socket.getPeerX509Certificate(), check), judgedBetween(of.clock));
    if (problem) refuse(new Error(problem));
  });
}
