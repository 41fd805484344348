// A refusal reaches whoever still sends a body, also when the connection is closed after it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#platform/clock';
import { runOrThrow } from '#platform/process';
import { issueCertificate, newKeyPem } from '#platform/x509';
import { listenHttps } from './index.ts';
import { DISCARD_BYTES_MAX } from './limits.ts';

async function refusingServer() {
  const keyPem = newKeyPem();
  const certPem = await issueCertificate({
    commonName: 'test',
    names: ['127.0.0.1'],
    use: 'server',
    notBeforeMs: 0,
    notAfterMs: Date.now() + 86_400_000,
    keyPem,
  });
  const server = await listenHttps({
    listen: [{ host: '127.0.0.1', port: 0 }],
    tls: { certPem, keyPem, clientCaPem: certPem },
    clock: systemClock,
    onRequest: (exchange) =>
      exchange.readBody(1000, (body) => exchange.send(body ? 200 : 413, {}, body ? 'ok' : 'too much')),
  });
  return { server, port: server.ports[0] ?? 0 };
}

/** A client that sends and does not listen until it has sent, in a process of its own: it is not held up by the server's turns. */
const CLIENT = `
const https = require('node:https');
const [port, bytes, coding] = process.argv.slice(1);
const headers = coding ? { 'transfer-encoding': coding } : { 'content-length': bytes };
const options = { host: '127.0.0.1', port, method: 'PUT', path: '/', headers, rejectUnauthorized: false, agent: false };
const request = https.request(options, (answer) => {
  answer.setEncoding('utf8');
  answer.on('data', (text) => console.log(answer.statusCode + ' ' + text));
});
request.on('error', (error) => console.log(error.code));
request.end(Buffer.alloc(Number(bytes), 'x'));
`;

/** Status and text, or the code of the error. */
const sent = async (port: number, bytes: number, coding: string[] = []): Promise<string> =>
  (await runOrThrow(process.execPath, ['-e', CLIENT, `${port}`, `${bytes}`, ...coding])).trim();

test('a body that is refused by its length is taken, and its sender gets the answer', async () => {
  const { server, port } = await refusingServer();
  try {
    assert.equal(await sent(port, 10), '200 ok');
    for (let times = 0; times < 5; times++) assert.equal(await sent(port, 4 * 1024 * 1024), '413 too much');
    assert.equal(await sent(port, 4 * 1024 * 1024, ['chunked']), '413 too much');
  } finally {
    await server.close();
  }
});

test('nobody sends for ever: what is longer than is taken is cut', async () => {
  const { server, port } = await refusingServer();
  try {
    assert.match(await sent(port, DISCARD_BYTES_MAX + 32 * 1024 * 1024), /^(413 too much|EPIPE|ECONNRESET)/);
  } finally {
    await server.close();
  }
});
