// How the git library asks a server: Node's own client, with bounds on bytes and silence, and no redirects to other hosts.
import http from 'node:http';
import https from 'node:https';
import type { GitHttpRequest, GitHttpResponse } from 'isomorphic-git';
import { WorldError } from '#base';
import { FETCH_BYTES_MAX, FETCH_SILENCE_MS_MAX } from './limits.ts';

async function* bounded(answer: http.IncomingMessage): AsyncIterableIterator<Uint8Array> {
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Uint8Array>) {
    bytes += piece.length;
    if (bytes > FETCH_BYTES_MAX)
      throw new WorldError('Exhausted', `the repository is larger than ${FETCH_BYTES_MAX} bytes`);
    yield piece;
  }
}

async function bodyOf(pieces: GitHttpRequest['body']): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces ?? []) all.push(piece as Uint8Array);
  return Buffer.concat(all);
}

/** The `request` of the library's HTTP plug-in. */
export async function gitHttpRequest(asked: GitHttpRequest): Promise<GitHttpResponse> {
  const body = await bodyOf(asked.body);
  const url = new URL(asked.url);
  const { request } = url.protocol === 'http:' ? http : https;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: asked.method ?? 'GET',
        headers: { ...asked.headers, 'content-length': String(body.length) },
        agent: false,
      },
      (answer) =>
        resolve({
          url: asked.url,
          method: asked.method ?? 'GET',
          headers: answer.headers as Record<string, string>,
          body: bounded(answer),
          statusCode: answer.statusCode ?? 0,
          statusMessage: answer.statusMessage ?? '',
        }),
    );
    sent.setTimeout(FETCH_SILENCE_MS_MAX, () =>
      sent.destroy(new Error(`no answer within ${FETCH_SILENCE_MS_MAX / 1000} s`)),
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
