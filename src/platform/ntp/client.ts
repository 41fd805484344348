// Asks a time server once, over UDP. Source: RFC 4330 (SNTP) section 5.
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { messageOf, WorldError } from '#base';
import type { Clock } from '#platform/clock';
import { ANSWER_MS_MAX, NTP_PORT } from './limits.ts';
import { readAnswer, requestBytes } from './packet.ts';

export type NtpReply =
  | {
      readonly kind: 'time';
      /** The server's time at the moment of this answer's arrival. */
      readonly timeMs: number;
      /** The truth is within this of it, if the server says the truth. */
      readonly uncertaintyMs: number;
    }
  | { readonly kind: 'kiss'; readonly code: string };

export interface NtpClient {
  /** `server` is a name or an address, with `:port` where it is not 123.
   * Errors: WorldError `Unavailable` when it does not answer, `Corrupt` for an answer that cannot be believed. */
  ask(server: string): Promise<NtpReply>;
}

/** Host and port of "name", "name:port", "1.2.3.4:port", "2001:db8::1", "[2001:db8::1]:port". */
export function serverAddress(server: string): { readonly host: string; readonly port: number } {
  const bracketed = /^\[([^\]]+)\](?::([0-9]+))?$/.exec(server);
  if (bracketed) return { host: bracketed[1] ?? '', port: Number(bracketed[2] ?? NTP_PORT) };
  const [host = '', port, more] = server.split(':');
  return more === undefined && port !== undefined ? { host, port: Number(port) } : { host: server, port: NTP_PORT };
}

/** `notBeforeMs` is a time that has surely passed: it tells in which era the servers are. */
export function ntpClient(of: { readonly clock: Clock; readonly notBeforeMs: number }): NtpClient {
  const { clock, notBeforeMs } = of;
  const exchange = (host: string, family: number, port: number): Promise<NtpReply> =>
    new Promise((resolve, reject) => {
      const nonce = randomBytes(8);
      const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
      let sentAt = 0;
      const end = (act: () => void): void => {
        late.cancel();
        socket.close();
        act();
      };
      const late = clock.after(ANSWER_MS_MAX, () => end(() => reject(new Error('no answer'))), { background: true });
      socket.once('error', (error) => end(() => reject(error)));
      socket.once('message', (bytes) => {
        const tookMs = clock.monotonicMs() - sentAt;
        try {
          const answer = readAnswer(bytes, nonce, notBeforeMs);
          if (answer.kind === 'kiss') return end(() => resolve(answer));
          const wayMs = Math.max(0, tookMs - Math.max(0, answer.sentMs - answer.receivedMs)) / 2;
          const { rootMs, sentMs } = answer;
          return end(() => resolve({ kind: 'time', timeMs: sentMs + wayMs, uncertaintyMs: wayMs + rootMs + 1 }));
        } catch (error) {
          return end(() => reject(error));
        }
      });
      // Connected, so that only this server's answers come in, and a closed port is told at once.
      socket.connect(port, host, () => {
        sentAt = clock.monotonicMs();
        socket.send(requestBytes(nonce));
      });
    });
  return {
    async ask(server) {
      const { host, port } = serverAddress(server);
      try {
        const { address, family } = await lookup(host);
        return await exchange(address, family, port);
      } catch (cause) {
        if (cause instanceof WorldError)
          throw new WorldError(cause.code, `${server}: ${cause.message}`, { subject: server });
        const message = `the time server ${server} cannot be asked: ${messageOf(cause)}`;
        throw new WorldError('Unavailable', message, { attempted: 'ask a time server', subject: server, cause });
      }
    },
  };
}
