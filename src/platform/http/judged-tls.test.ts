// Both ends of a connection judge each other by the clock they are given: the machine's does not matter.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, systemClock } from '#platform/clock';
import { issueCertificate, newKeyPem } from '#platform/x509';
import { http2Client } from './http2-client.ts';
import { listenHttps } from './https-server.ts';

const DAY = 86_400_000;
/** Far from the machine's time, on either side. */
const TIMES = { 'long ago': Date.UTC(1998, 0, 1), 'far ahead': Date.UTC(2099, 0, 1) };

async function pki(at: number) {
  const authority = newKeyPem();
  const anchor = await issueCertificate({
    commonName: 'all',
    use: 'authority',
    notBeforeMs: 0,
    notAfterMs: Date.UTC(2120, 0, 1),
    keyPem: authority,
  });
  const leaf = async (use: 'server' | 'client') => {
    const keyPem = newKeyPem();
    const issuer = { certPem: anchor, keyPem: authority };
    const life = { notBeforeMs: at - DAY, notAfterMs: at + DAY };
    return {
      keyPem,
      certPem: await issueCertificate({ ...life, commonName: use, names: ['127.0.0.1'], use, keyPem, issuer }),
    };
  };
  return { anchor, server: await leaf('server'), client: await leaf('client') };
}

const clockAt = (now: number): Clock => ({ ...systemClock, now: () => now });

/** What the server says who asked; clocks of server and client apart. */
async function asked(times: { made: number; server: number; client: number }): Promise<string> {
  const { anchor, server, client } = await pki(times.made);
  const listening = await listenHttps({
    listen: [{ host: '127.0.0.1', port: 0 }],
    tls: { ...server, clientCaPem: anchor },
    clock: { now: () => times.server },
    onRequest: (exchange) => {
      const { peer } = exchange.connection;
      exchange.send(200, {}, peer.kind === 'refused' ? peer.problem : peer.kind);
    },
  });
  const origin = `https://127.0.0.1:${listening.ports[0]}`;
  const asking = http2Client({ origin, clock: clockAt(times.client), tls: { caPem: anchor, ...client } });
  try {
    return (await asking.request({ method: 'GET', path: '/' })).body.toString();
  } finally {
    asking.close();
    await listening.close();
  }
}

for (const [name, made] of Object.entries(TIMES)) {
  test(`certificates of a time ${name} are good at that time`, async () => {
    assert.equal(await asked({ made, server: made, client: made }), 'verified');
  });
  test(`a server whose clock is elsewhere refuses a client of a time ${name}`, async () => {
    assert.match(await asked({ made, server: made + 2 * DAY, client: made }), /has expired/);
    assert.match(await asked({ made, server: made - 2 * DAY, client: made }), /not valid yet/);
  });
  test(`a client whose clock is elsewhere sends nothing to a server of a time ${name}`, async () => {
    await assert.rejects(asked({ made, server: made, client: made + 2 * DAY }), {
      code: 'Unavailable',
      message: /has expired/,
    });
  });
}

test('certificates that are good now for the machine are refused when the clock that counts says otherwise', async () => {
  const made = Date.now();
  assert.match(await asked({ made, server: TIMES['far ahead'], client: made }), /has expired/);
  await assert.rejects(asked({ made, server: made, client: TIMES['long ago'] }), { message: /not valid yet/ });
});

test('a client gets to no server of another authority, or of another name', async () => {
  const [ours, theirs] = await Promise.all([pki(Date.now()), pki(Date.now())]);
  const listening = await listenHttps({
    listen: [{ host: '127.0.0.1', port: 0 }],
    tls: theirs.server,
    clock: { now: () => Date.now() },
    onRequest: (exchange) => exchange.send(200, {}, 'got through'),
  });
  const refused = async (host: string, caPem: string, message: RegExp): Promise<void> => {
    const client = http2Client({ origin: `https://${host}:${listening.ports[0]}`, clock: systemClock, tls: { caPem } });
    await assert.rejects(client.request({ method: 'GET', path: '/' }), { code: 'Unavailable', message });
    client.close();
  };
  try {
    await refused('127.0.0.1', ours.anchor, /no authority that is trusted/);
    await refused('localhost', theirs.anchor, /does not name localhost/);
  } finally {
    await listening.close();
  }
});
