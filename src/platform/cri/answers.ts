// Whether a container runtime answers at all: one call of CRI's Version, without the whole client, for whoever looks after the
// runtime's process. Source: gRPC over HTTP/2; CRI v1, RuntimeService.Version.
import http2 from 'node:http2';
import net from 'node:net';
import { WorldError } from '#base';

/** An empty VersionRequest: not compressed, no bytes. */
const EMPTY_MESSAGE = new Uint8Array(5);

/** Resolves when the runtime on this socket answers, whatever it says; which may be never. Errors: WorldError `Unavailable`. */
export function runtimeAnswers(socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const session = http2.connect('http://localhost', { createConnection: () => net.connect({ path: socket }) });
    const fail = (cause: Error): void => {
      session.destroy();
      reject(
        new WorldError('Unavailable', `nobody answers at ${socket}`, { attempted: 'ask', subject: socket, cause }),
      );
    };
    session.on('error', fail);
    session.on('close', () => fail(new Error('the connection was closed')));
    const call = session.request({
      ':method': 'POST',
      ':path': '/runtime.v1.RuntimeService/Version',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    call.on('error', fail);
    call.on('response', () => {
      resolve();
      session.destroy();
    });
    call.resume();
    call.end(EMPTY_MESSAGE);
  });
}
