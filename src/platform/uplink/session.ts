// An HTTP/2 session as an uplink: what is under way fails when the session ends, and nothing waits without a bound.
import http2, { type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import type { Duplex } from 'node:stream';
import { messageOf, WorldError } from '#base';
import type { Clock } from '#platform/clock';
import type { Uplink, UplinkAnswer, UplinkRequest } from './contract.ts';

const unavailable = (what: string): WorldError =>
  new WorldError('Unavailable', what, { attempted: 'ask over the link' });

export function uplinkOf(session: ClientHttp2Session, clock: Clock): Uplink {
  let why: string | undefined;
  const ended = new Promise<string>((resolve) => {
    const end = (reason: string): void => {
      why ??= reason;
      session.destroy();
      resolve(why);
    };
    session.on('error', (error) => end(`the connection broke: ${messageOf(error)}`));
    session.on('goaway', () => end('the hub ended the connection'));
    session.on('close', () => end('the connection was closed'));
    if (session.destroyed) end('the connection was closed');
  });
  return {
    ended,
    request: (request) => ask(session, request, clock),
    connect: (path, protocol) => openStream(session, path, protocol),
    ping: () =>
      new Promise((resolve, reject) => {
        const fail = (): void => reject(unavailable('the connection ended'));
        if (session.destroyed) return fail();
        session.once('close', fail);
        session.ping((error) => {
          session.off('close', fail);
          if (error) fail();
          else resolve();
        });
      }),
    close: () => {
      why ??= 'the link was given up here';
      session.destroy();
    },
  };
}

function ask(session: ClientHttp2Session, request: UplinkRequest, clock: Clock): Promise<UplinkAnswer> {
  return new Promise((resolve, reject) => {
    if (session.destroyed || session.closed) return reject(unavailable('the connection ended'));
    const { body } = request;
    const headers = { ':method': request.method, ':path': request.path };
    const stream = session.request(body === undefined ? headers : { ...headers, 'content-type': 'application/json' }, {
      endStream: body === undefined,
    });
    const pieces: Buffer[] = [];
    let bytes = 0;
    let head: IncomingHttpHeaders | undefined;
    const late = clock.after(request.answerMsMax, () => fail(unavailable('no answer in time')), { background: true });
    const fail = (error: WorldError): void => {
      late.cancel();
      reject(error);
      if (!stream.destroyed) stream.close(http2.constants.NGHTTP2_CANCEL);
    };
    stream.on('response', (received) => {
      head = received;
    });
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > request.answerBytesMax)
        fail(new WorldError('Unsupported', `the answer is larger than ${request.answerBytesMax} bytes`));
      else pieces.push(piece);
    });
    stream.on('error', (error) => fail(unavailable(`the request broke: ${messageOf(error)}`)));
    stream.on('close', () => {
      late.cancel();
      if (!head || !isWhole(stream)) return fail(unavailable('the connection broke'));
      const type = String(head['content-type'] ?? '').split(';')[0] ?? '';
      resolve({ status: Number(head[':status']), type: type.trim(), text: Buffer.concat(pieces).toString() });
    });
    if (body !== undefined) stream.end(body);
  });
}

const isWhole = (stream: ClientHttp2Stream): boolean =>
  stream.readableEnded && stream.rstCode === http2.constants.NGHTTP2_NO_ERROR;

function openStream(session: ClientHttp2Session, path: string, protocol: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    if (session.destroyed || session.closed) return reject(unavailable('the connection ended'));
    if (!session.remoteSettings.enableConnectProtocol) return reject(unavailable('the far end takes no streams'));
    const stream = session.request(
      { ':method': 'CONNECT', ':protocol': protocol, ':path': path, ':scheme': 'https', ':authority': 'hub' },
      { endStream: false },
    );
    const fail = (what: string): void => {
      stream.destroy();
      reject(unavailable(what));
    };
    stream.on('error', (error) => fail(`the stream broke: ${messageOf(error)}`));
    stream.once('close', () => fail('the connection ended'));
    stream.once('response', ({ ':status': status }) => {
      if (status !== 200) return fail(`the hub refused the stream (${status})`);
      resolve(stream);
    });
  });
}
