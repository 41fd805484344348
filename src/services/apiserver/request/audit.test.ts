// What a server tells of the requests that change something: whose, which, and in which order to the answer.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '#platform/clock';
import { type Http2Client, http2Client } from '#platform/http';
import { startTrialServer, type TrialServer } from '../trial-server.fixture.ts';
import type { AuditedRequest } from './audit.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

describe('audit', () => {
  let trial: TrialServer;
  let admin: Http2Client;
  let guest: Http2Client;
  let node: Http2Client;
  const told: AuditedRequest[] = [];
  /** What the next durable record waits for. */
  let disk: Promise<void> = Promise.resolve();
  let wake: () => void = () => undefined;

  const ask = (
    client: Http2Client,
    method: string,
    path: string,
    { as, ...body }: { as?: string; [field: string]: unknown } = {},
  ) =>
    client.request({
      method,
      path,
      headers: { 'content-type': 'application/json', ...(as && { 'impersonate-user': as }) },
      ...(method === 'POST' && { body: JSON.stringify(body) }),
    });
  const said = async (count: number): Promise<AuditedRequest[]> => {
    while (told.length < count)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    return told.splice(0);
  };

  before(async () => {
    trial = await startTrialServer({
      audit: async (request, { durable }) => {
        if (durable) await disk;
        told.push(request);
        wake();
      },
    });
    const as = async (name: string, groups: string[]): Promise<Http2Client> => {
      const identity = await trial.clientCertificate(name, groups);
      return http2Client({ origin: trial.url, clock: systemClock, tls: { caPem: trial.caPem, ...identity } });
    };
    admin = await as('anna', ['system:masters']);
    guest = await as('gustav', []);
    node = await as('system:kube-scheduler', ['system:masters']);
  });
  after(async () => {
    for (const client of [admin, guest, node]) client.close();
    await trial.stop();
  });

  it('tells what people change, and never a body', async () => {
    const secret = { metadata: { generateName: 'key-' }, stringData: { password: 'hunter2' } };
    await ask(admin, 'POST', '/api/v1/namespaces/default/secrets', secret);
    const [created] = await said(1);
    assert.match(created?.name ?? '', /^key-/);
    assert.doesNotMatch(JSON.stringify(created), /hunter2|password/);
    const { name, ...rest } = created as AuditedRequest;
    const address = '127.0.0.1';
    const object = { resource: 'v1/secrets', namespace: 'default' };
    assert.deepEqual(rest, { user: 'anna', verb: 'create', ...object, code: 201, address });
    await ask(admin, 'DELETE', `/api/v1/namespaces/default/secrets/${name}`);
    await ask(admin, 'DELETE', `/api/v1/namespaces/default/secrets/${name}`);
    assert.deepEqual(await said(2), [
      { user: 'anna', verb: 'delete', ...object, name, code: 200, address },
      { user: 'anna', verb: 'delete', ...object, name, code: 404, address },
    ]);
  });

  it('tells whose credentials spoke for another', async () => {
    await ask(admin, 'POST', MAPS, { metadata: { name: 'a' }, as: 'gustav' });
    const [asked] = await said(1);
    assert.deepEqual([asked?.user, asked?.by, asked?.code], ['gustav', 'anna', 403]);
  });

  it('does not tell what is read, tried, asked, or done by the system', async () => {
    await ask(admin, 'GET', MAPS);
    await ask(admin, 'POST', `${MAPS}?dryRun=All`, { metadata: { name: 'b' } });
    const review = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } };
    await ask(admin, 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
    await ask(node, 'POST', MAPS, { metadata: { name: 'c' } });
    await ask(admin, 'POST', MAPS, { metadata: { name: 'd' } });
    assert.deepEqual(
      (await said(1)).map(({ name }) => name),
      ['d'],
    );
  });

  it('answers a refusal when its record is on the disk, and not before', async () => {
    let release = (): void => undefined;
    disk = new Promise((resolve) => {
      release = resolve;
    });
    let answered = false;
    const asking = ask(guest, 'DELETE', `${MAPS}/a`).then((answer) => {
      answered = true;
      return answer;
    });
    await ask(admin, 'GET', MAPS);
    await ask(admin, 'GET', MAPS);
    assert.equal(answered, false);
    release();
    assert.equal((await asking).status, 403);
    const [refused] = await said(1);
    assert.deepEqual([refused?.user, refused?.verb, refused?.code], ['gustav', 'delete', 403]);
    assert.match(refused?.reason ?? '', /User "gustav" cannot delete/);
  });

  it('tells who goes into a container, when the connection begins', async () => {
    await ask(admin, 'POST', '/api/v1/namespaces/default/pods/web/exec?command=sh');
    const [asked] = await said(1);
    assert.deepEqual([asked?.verb, asked?.resource, asked?.name], ['connect', 'v1/pods/exec', 'web']);
    assert.equal(asked?.code, undefined);
  });
});
