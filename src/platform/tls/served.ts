// What a server shows when it is dialled: its certificate, judged as every client judges it.
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { WorldError } from '#base';
import { judgedBetween } from '#platform/clock';
import { anchorsOf, judgeCertificate, problemAt } from '#platform/x509';
import { clientOptions } from './connect.ts';
import type { ClientTls } from './credentials.ts';

/** A server that shows nothing for this long does not answer. */
const SHOW_MS_MAX = 5_000;

export interface ServedCertificate {
  /** SHA-256, upper-case hex with colons. */
  readonly fingerprint: string;
  /** Upper-case hex. */
  readonly serialNumber: string;
}

/** Errors: WorldError `Unavailable` when nobody answers, or when who answers cannot be believed. */
export function servedCertificate(of: {
  readonly host: string;
  readonly port: number;
  readonly tls: ClientTls;
  now(): number;
}): Promise<ServedCertificate> {
  const { host, port, tls, now } = of;
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...clientOptions(tls),
      host,
      port,
      servername: isIP(host) ? '' : host,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    const fail = (error: Error): void => {
      socket.destroy();
      const subject = `${host}:${port}`;
      reject(new WorldError('Unavailable', `${subject}: ${error.message}`, { attempted: 'dial', subject }));
    };
    socket.setTimeout(SHOW_MS_MAX, () => fail(new Error('no answer in time')));
    socket.on('error', fail);
    socket.once('secureConnect', () => {
      // Asked once: Node.js gives it away only once.
      const shown = socket.getPeerX509Certificate();
      const judged = judgeCertificate(shown, { anchors: anchorsOf(tls.caPem), use: 'server', name: host });
      const problem = problemAt(judged, judgedBetween({ now }));
      if (!shown || problem) return fail(new Error(problem ?? 'no certificate was shown'));
      resolve({ fingerprint: shown.fingerprint256, serialNumber: shown.serialNumber });
      socket.destroy();
    });
  });
}
