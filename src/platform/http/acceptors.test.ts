// Several sockets that listen at one address: one port, every connection answered, and still taken for everybody else.
import assert from 'node:assert/strict';
import http2 from 'node:http2';
import { test } from 'node:test';
import { WorldError } from '#base';
import { systemClock as clock } from '#platform/clock';
import { issueCertificate, newKeyPem } from '#platform/x509';
import { type HttpsServer, listenHttps } from './https-server.ts';

const HOST = '127.0.0.1';
const CONNECTIONS = 40;

async function answered(port: number): Promise<string> {
  const session = http2.connect(`https://${HOST}:${port}`, { rejectUnauthorized: false });
  // The request fails by it as well.
  session.on('error', () => session.destroy());
  try {
    return Buffer.concat(await session.request({ ':path': '/' }).toArray()).toString();
  } finally {
    session.destroy();
  }
}

test('connections come over whichever socket takes them, and a second server finds the port taken until all are closed', async () => {
  const keyPem = newKeyPem();
  const life = { notBeforeMs: 0, notAfterMs: Date.UTC(2120, 0, 1) };
  const tls = { keyPem, certPem: await issueCertificate({ ...life, commonName: 'server', use: 'server', keyPem }) };
  const listen = (port: number, acceptors?: number): Promise<HttpsServer> =>
    listenHttps({
      listen: [{ host: HOST, port }],
      tls,
      clock,
      acceptors,
      onRequest: (exchange) => exchange.send(200, {}, 'here'),
    });
  const first = await listen(0, 8);
  assert.equal(first.ports.length, 1, 'one port an address');
  const [port = 0] = first.ports;
  const all = await Promise.all(Array.from({ length: CONNECTIONS }, () => answered(port)));
  assert.deepEqual([...new Set(all)], ['here']);
  for (const acceptors of [undefined, 8])
    await assert.rejects(listen(port, acceptors), (error) => error instanceof WorldError && error.code === 'Conflict');
  assert.equal(await answered(port), 'here', 'who was refused took nothing along');
  await first.close();
  await assert.rejects(answered(port), /ECONNREFUSED/);
  const second = await listen(port, 8);
  assert.equal(await answered(port), 'here');
  await second.close();
});
