// Whether a TCP port can be listened on.
import net from 'node:net';
import { systemCodeOf } from '#base';

export type PortState = 'free' | 'taken' | 'not-our-address' | 'denied';

/** Tries to listen on an address and port, and lets go at once. */
export function portState(host: string, port: number): Promise<PortState> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', (error) => {
      const code = systemCodeOf(error);
      resolve(code === 'EADDRNOTAVAIL' ? 'not-our-address' : code === 'EACCES' ? 'denied' : 'taken');
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve('free')));
  });
}

/** A port that was free a moment ago, chosen by the system. */
export function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen({ host, port: 0, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** True when something at an address answers, if only to refuse the connection; false when nothing comes within the time. */
export function portAnswers(at: { readonly host: string; readonly port: number }, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(at);
    const end = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(timeoutMs, () => end(false));
    socket.once('connect', () => end(true));
    socket.once('error', (error) => end(['ECONNREFUSED', 'ECONNRESET'].includes(systemCodeOf(error) ?? '')));
  });
}
