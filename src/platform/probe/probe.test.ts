// Probes against a server of this process.
import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { openProber } from './index.ts';

const seen: (string | undefined)[] = [];
const server = http.createServer((request, response) => {
  seen.push(request.headers['x-probe'] as string | undefined);
  if (request.url === '/slow') return;
  const codes: Record<string, number> = { '/ok': 204, '/bad': 500, '/away': 302, '/here': 302 };
  const code = codes[request.url ?? ''] ?? 404;
  if (request.url === '/away') response.setHeader('location', 'http://elsewhere.invalid/');
  if (request.url === '/here') response.setHeader('location', '/bad');
  response.writeHead(code).end();
});
let port = 0;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (path: string, timeoutMs = 10_000) =>
  openProber().http({
    scheme: 'http',
    host: '127.0.0.1',
    port,
    path,
    headers: [{ name: 'X-Probe', value: '1' }],
    timeoutMs,
  });

test('200 to 399 passes, a redirect is followed on the same host only', async () => {
  assert.equal((await ask('/ok')).passed, true);
  assert.deepEqual(await ask('/bad'), { passed: false, message: 'HTTP probe failed with statuscode: 500' });
  assert.equal((await ask('/away')).passed, true);
  assert.equal((await ask('/here')).passed, false);
  assert.ok(seen.every((header) => header === '1'));
});

test('no answer in time, or nobody there, does not pass', async () => {
  assert.match((await ask('/slow', 20)).message, /deadline exceeded/);
  const nobody = await openProber().tcp({ host: '127.0.0.1', port: 1, timeoutMs: 10_000 });
  assert.match(nobody.message, /ECONNREFUSED/);
  assert.equal((await openProber().tcp({ host: '127.0.0.1', port, timeoutMs: 10_000 })).passed, true);
  assert.equal((await openProber().grpc({ host: '127.0.0.1', port: 1, service: '', timeoutMs: 300 })).passed, false);
});
