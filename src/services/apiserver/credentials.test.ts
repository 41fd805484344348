// Who gets in while certificates end, are taken back, or are swapped, and what becomes of answers that are under way.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import https from 'node:https';
import type { Duplex } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { type Clock, systemClock } from '#platform/clock';
import { type Http2Client, http2Client, listenHttps } from '#platform/http';
import { issueCertificate, newKeyPem, publicKeyPem } from '#platform/x509';
import { startTrialServer, type TrialServer } from './trial-server.fixture.ts';

const DAY = 86_400_000;
const WATCH = { method: 'GET', path: '/api/v1/namespaces/default/configmaps?watch=true' };
const REVIEW = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

describe('credentials that change', () => {
  let trial: TrialServer;
  let offsetMs = 0;
  const revoked = new Set<string>();
  const clock: Clock = { ...systemClock, now: () => Date.now() + offsetMs };
  const clients: Http2Client[] = [];
  const clientOf = (tls: { certPem: string; keyPem: string } | undefined, caPem = trial.caPem): Http2Client => {
    const client = http2Client({ origin: trial.url, clock: systemClock, tls: { caPem, ...tls } });
    clients.push(client);
    return client;
  };
  const nameOf = async (client: Http2Client, headers: Record<string, string> = {}): Promise<string> => {
    const body = '{"kind":"SelfSubjectReview","apiVersion":"authentication.k8s.io/v1"}';
    const sent = { ...headers, 'content-type': 'application/json' };
    const answer = await client.request({ method: 'POST', path: REVIEW, headers: sent, body });
    const said = JSON.parse(answer.body.toString()) as { status?: { userInfo?: { username: string } } };
    return answer.status === 201 ? (said.status?.userInfo?.username ?? '') : String(answer.status);
  };
  /** A watch that has begun, and its end. */
  const watching = async (client: Http2Client): Promise<{ ended: Promise<string>; isOpen(): boolean }> => {
    let open = true;
    let end = (_why: string): void => undefined;
    const ended = new Promise<string>((resolve) => {
      end = resolve;
    });
    await new Promise<void>((resolve) => {
      client.stream(WATCH, {
        head: (status) => {
          assert.equal(status, 200);
          resolve();
        },
        data: () => undefined,
        end: (error) => {
          open = false;
          end(error?.message ?? 'in order');
        },
      });
    });
    return { ended, isOpen: () => open };
  };

  before(async () => {
    trial = await startTrialServer({ clock, isRevoked: ({ commonName }) => revoked.has(commonName) });
  });
  after(async () => {
    for (const client of clients) client.close();
    await trial.stop();
  });

  it('who is shut out is refused, and the watch that runs is cut; nobody else notices', async () => {
    const [anna, bert] = await Promise.all(
      ['anna', 'bert'].map(async (name) => clientOf(await trial.clientCertificate(name, ['system:masters']))),
    );
    assert.ok(anna && bert);
    const [hers, his] = await Promise.all([watching(anna), watching(bert)]);
    revoked.add('anna');
    trial.server.cutRefused();
    await hers.ended;
    assert.equal(await nameOf(anna), '401');
    assert.equal(await nameOf(bert), 'bert');
    assert.ok(his.isOpen());
  });

  it('a command that runs under a certificate that is taken back is cut, at both ends', async () => {
    let agentEnd: Promise<unknown> | undefined;
    const agent = await listenHttps({
      listen: [{ host: '127.0.0.1', port: 0 }],
      tls: { ...(await trial.serverCertificate('agent')), clientCaPem: trial.caPem },
      clock: { now: () => Date.now() },
      onRequest: (exchange) => exchange.send(404, {}, ''),
      onUpgrade: (_exchange, { socket }) => {
        agentEnd = once(socket, 'close');
        socket.resume();
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n');
      },
    });
    const admin = clientOf(await trial.clientCertificate('admin', ['system:masters']));
    const node = {
      metadata: { name: 'n' },
      status: {
        addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
        daemonEndpoints: { kubeletEndpoint: { Port: agent.ports[0] } },
      },
    };
    const headers = { 'content-type': 'application/json' };
    await admin.request({ method: 'POST', path: '/api/v1/nodes', headers, body: JSON.stringify(node) });
    const fred = await trial.clientCertificate('fred', ['system:masters']);
    const asked = https.request(`${trial.url}/api/v1/nodes/n/proxy/exec`, {
      ca: trial.caPem,
      cert: fred.certPem,
      key: fred.keyPem,
      headers: { connection: 'Upgrade', upgrade: 'SPDY/3.1' },
    });
    asked.end();
    const [, socket] = (await once(asked, 'upgrade')) as [unknown, Duplex];
    socket.on('error', () => undefined);
    socket.resume();
    const closed = once(socket, 'close');
    revoked.add('fred');
    trial.server.cutRefused();
    await closed;
    await agentEnd;
    await agent.close();
  });

  it('a certificate ends when the site says so, not the machine', async () => {
    const carl = clientOf(await trial.clientCertificate('carl', ['system:masters']));
    assert.equal(await nameOf(carl), 'carl');
    const watch = await watching(carl);
    offsetMs = 2 * DAY;
    assert.equal(await nameOf(carl), '401', 'at once, on the connection that is open');
    trial.server.cutRefused();
    await watch.ended;
    const anew = clientOf(await trial.clientCertificate('carl', ['system:masters']));
    assert.equal(await nameOf(anew), '401', 'the machine finds it good');
    offsetMs = -2 * DAY;
    assert.equal(await nameOf(anew), '401', 'not yet valid');
    offsetMs = 0;
    assert.equal(await nameOf(anew), 'carl');
  });

  it('both authorities are believed while one replaces the other; the connections of a dropped one are cut', async () => {
    const keyPem = newKeyPem();
    const life = { notBeforeMs: 0, notAfterMs: Date.now() + DAY };
    const next = await issueCertificate({ ...life, commonName: 'next', use: 'authority', keyPem });
    const doraKey = newKeyPem();
    const dora = await issueCertificate({
      ...life,
      commonName: 'dora',
      organizations: ['system:masters'],
      use: 'client',
      keyPem: doraKey,
      issuer: { certPem: next, keyPem },
    });
    const old = clientOf(await trial.clientCertificate('emil', ['system:masters']));
    const fresh = (): Http2Client => clientOf({ certPem: dora, keyPem: doraKey });
    const early = fresh();
    assert.equal(await nameOf(early), '401');
    const { credentials, server } = trial;
    server.setCredentials({ ...credentials, clientCaPem: credentials.clientCaPem + next });
    assert.equal(await nameOf(early), 'dora', 'without a new connection');
    assert.deepEqual(await Promise.all([nameOf(fresh()), nameOf(old)]), ['dora', 'emil']);
    const watch = await watching(old);
    server.setCredentials({ ...credentials, clientCaPem: next });
    await watch.ended;
    assert.deepEqual(await Promise.all([nameOf(early), nameOf(old)]), ['dora', '401']);
    server.setCredentials(credentials);
    assert.equal(await nameOf(old), 'emil');
  });

  it('a token is good under the key that signs and under those before it that are still believed', async () => {
    const admin = clientOf(await trial.clientCertificate('admin', ['system:masters']));
    const ask = (path: string, body: object) =>
      admin.request({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    await ask('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'sa' } });
    const tokenOf = async (expirationSeconds: number): Promise<{ token: string; expirationTimestamp: string }> => {
      const answer = await ask('/api/v1/namespaces/default/serviceaccounts/sa/token', { spec: { expirationSeconds } });
      return (JSON.parse(answer.body.toString()) as { status: { token: string; expirationTimestamp: string } }).status;
    };
    const nobody = clientOf(undefined);
    const who = (token: string): Promise<string> => nameOf(nobody, { authorization: `Bearer ${token}` });
    const first = await tokenOf(3600);
    const { credentials, server } = trial;
    const key = newKeyPem();
    const oldKeys = credentials.serviceAccountKeys.publicKeysPem;
    const keys = { privateKeyPem: key, publicKeysPem: [publicKeyPem(key), ...oldKeys] };
    server.setCredentials({ ...credentials, serviceAccountKeys: keys });
    const second = await tokenOf(3600);
    const account = 'system:serviceaccount:default:sa';
    assert.deepEqual([await who(first.token), await who(second.token)], [account, account]);
    server.setCredentials({ ...credentials, serviceAccountKeys: { ...keys, publicKeysPem: [publicKeyPem(key)] } });
    // Not a token that was asked about a moment ago: that one is remembered for as long.
    const third = await tokenOf(3600);
    assert.equal(await who(third.token), account);
    const lasting = await tokenOf(2 ** 32);
    assert.ok(Date.parse(lasting.expirationTimestamp) <= Date.now() + 365 * DAY, 'no token outlives its key');
    server.setCredentials(credentials);
    assert.equal(await who(lasting.token), '401', 'a key that is not believed');
  });
});
