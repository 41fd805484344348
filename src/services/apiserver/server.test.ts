// The server as clients over HTTP see it.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ConfigMap, Namespace, Pod, Status } from '#model/kube';
import { systemClock } from '#platform/clock';
import { type Http2Answer, type Http2Client, http2Client, listenHttps } from '#platform/http';
import { startTrialServer, type TrialServer } from './trial-server.fixture.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const MAPS = '/api/v1/namespaces/default/configmaps';
const DEADLINE_MS = 10_000;

describe('server', () => {
  let trial: TrialServer;
  let admin: Http2Client;
  let nobody: Http2Client;
  const ask = (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Http2Answer> =>
    admin.request({
      method,
      path,
      headers: { ...(body === undefined ? {} : JSON_TYPE), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const said = <T>(answer: Http2Answer): T => JSON.parse(answer.body.toString('utf8')) as T;
  const refused = async (answer: Promise<Http2Answer>, code: number, reason: string, words?: RegExp): Promise<void> => {
    const status = said<Status>(await answer);
    assert.deepEqual([status.kind, status.code, status.reason], ['Status', code, reason]);
    if (words) assert.match(status.message ?? '', words);
  };

  before(async () => {
    trial = await startTrialServer();
    const identity = await trial.clientCertificate('admin', ['system:masters']);
    const at = { origin: trial.url, clock: systemClock };
    admin = http2Client({ ...at, tls: { caPem: trial.caPem, ...identity } });
    nobody = http2Client({ ...at, tls: { caPem: trial.caPem } });
  });
  after(async () => {
    admin.close();
    nobody.close();
    await trial.stop();
  });

  it('says who may not do what', async () => {
    const list = { method: 'GET', path: '/api/v1/namespaces/default/pods' };
    await refused(
      nobody.request(list),
      403,
      'Forbidden',
      /^pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "default"/,
    );
    await refused(nobody.request({ ...list, headers: { authorization: 'Bearer no' } }), 401, 'Unauthorized');
    await refused(ask('GET', list.path, undefined, { 'impersonate-user': 'bob' }), 403, 'Forbidden', /User "bob"/);
    await refused(ask('GET', list.path, undefined, { 'impersonate-group': 'g' }), 400, 'BadRequest');
  });

  it('refuses what is no request of the API', async () => {
    await refused(ask('GET', '/nothing'), 404, 'NotFound');
    await refused(ask('GET', '/api/v1/nothings'), 404, 'NotFound');
    await refused(ask('GET', `${MAPS}/x/status`), 404, 'NotFound');
    await refused(ask('PUT', MAPS, {}), 405, 'MethodNotAllowed');
    await refused(ask('POST', MAPS, '{"a"'), 400, 'BadRequest', /json parse error/);
    await refused(ask('POST', MAPS, { kind: 'Pod' }), 400, 'BadRequest');
    await refused(ask('POST', MAPS, {}, { 'content-type': 'text/plain' }), 415, 'UnsupportedMediaType');
    await refused(ask('GET', MAPS, undefined, { accept: 'text/html' }), 406, 'NotAcceptable');
    await refused(ask('POST', MAPS, 'x'.repeat(3 * 1024 * 1024 + 1)), 413, 'RequestEntityTooLarge');
    await refused(ask('POST', `${MAPS}?dryRun=Some`, {}), 400, 'BadRequest');
    await refused(ask('GET', `${MAPS}?limit=many`), 400, 'BadRequest');
    await refused(ask('GET', `${MAPS}?continue=zzz`), 400, 'BadRequest');
    await refused(ask('POST', '/api/v1/namespaces/none/configmaps', { metadata: { name: 'a' } }), 404, 'NotFound');
  });

  it('judges unknown and doubled fields as the client wants', async () => {
    const body = '{"metadata":{"name":"f"},"data":{"a":"1","a":"2"},"bogus":1}';
    const warned = await ask('POST', `${MAPS}?dryRun=All`, body);
    assert.equal(warned.status, 201);
    assert.match(String(warned.headers.warning), /duplicate field .*data\.a/);
    assert.match(String(warned.headers.warning), /unknown field .*bogus/);
    await refused(ask('POST', `${MAPS}?fieldValidation=Strict`, body), 400, 'BadRequest', /strict decoding error/);
    const ignored = await ask('POST', `${MAPS}?dryRun=All&fieldValidation=Ignore`, body);
    assert.equal(ignored.headers.warning, undefined);
    await refused(ask('GET', `${MAPS}/f`), 404, 'NotFound');
  });

  it('writes nothing when nothing changes', async () => {
    const made = said<ConfigMap>(await ask('POST', MAPS, { metadata: { name: 'same' }, data: { a: '1' } }));
    const again = said<ConfigMap>(await ask('PUT', `${MAPS}/same`, made));
    assert.equal(again.metadata?.resourceVersion, made.metadata?.resourceVersion);
  });

  it('retries a patch that meets other writers until all of them are in', async () => {
    await ask('POST', MAPS, { metadata: { name: 'busy' } });
    const names = Array.from({ length: 8 }, (_, i) => `k${i}`);
    const merge = { 'content-type': 'application/merge-patch+json' };
    const answers = await Promise.all(
      names.map((name) => ask('PATCH', `${MAPS}/busy`, { data: { [name]: 'x' } }, merge)),
    );
    assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
    const now = said<ConfigMap>(await ask('GET', `${MAPS}/busy`));
    assert.deepEqual(Object.keys(now.data ?? {}).sort(), names);
  });

  it('tells an applier whose field it would take', async () => {
    const apply = (manager: string, value: string, force = '') =>
      ask(
        'PATCH',
        `${MAPS}/owned?fieldManager=${manager}${force}`,
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned' }, data: { a: value } },
        { 'content-type': 'application/apply-patch+yaml' },
      );
    const made = await apply('one', '1');
    assert.equal(made.status, 201);
    const revisionOf = (answer: Http2Answer) => said<ConfigMap>(answer).metadata?.resourceVersion;
    assert.equal(revisionOf(await apply('one', '1')), revisionOf(made), 'the same again changes nothing');
    await refused(apply('two', '2'), 409, 'Conflict', /conflict with "one"/);
    assert.equal((await apply('two', '2', '&force=true')).status, 200);
  });

  it('lists in pages of one state, and compresses what is large', async () => {
    const path = '/api/v1/namespaces/pages/configmaps';
    await ask('POST', '/api/v1/namespaces', { metadata: { name: 'pages' } });
    for (const name of ['a', 'b', 'c'])
      await ask('POST', path, { metadata: { name }, data: { x: name.repeat(60_000) } });
    type List = {
      items: ConfigMap[];
      metadata: { continue?: string; remainingItemCount?: number; resourceVersion: string };
    };
    const first = said<List>(await ask('GET', `${path}?limit=1`));
    assert.deepEqual([first.items.length, first.metadata.remainingItemCount], [1, 2]);
    assert.equal(first.items[0]?.kind, undefined);
    await ask('DELETE', `${path}/b`);
    const rest = said<List>(await ask('GET', `${path}?limit=5&continue=${first.metadata.continue}`));
    assert.deepEqual(
      rest.items.map((item) => item.metadata?.name),
      ['b', 'c'],
    );
    assert.equal(rest.metadata.resourceVersion, first.metadata.resourceVersion);
    await ask('POST', path, { metadata: { name: 'b' }, data: { x: 'b'.repeat(60_000) } });
    const packed = await ask('GET', path, undefined, { 'accept-encoding': 'gzip' });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.equal((JSON.parse(gunzipSync(packed.body).toString('utf8')) as List).items.length, 3);
  });

  it('ends a watch that begins before history does with 410', async () => {
    await trial.store.compact(trial.store.revision);
    const answer = await ask('GET', `${MAPS}?watch=1&resourceVersion=1&timeoutSeconds=5`);
    const event = said<{ type: string; object: Status }>(answer);
    assert.deepEqual([event.type, event.object.code, event.object.reason], ['ERROR', 410, 'Expired']);
    await refused(ask('GET', `${MAPS}?resourceVersion=1&resourceVersionMatch=Exact`), 410, 'Expired');
  });

  it('streams a list and marks its end', async () => {
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const marked = await new Promise<boolean>((resolve, reject) => {
      let text = '';
      const deadline = setTimeout(() => reject(new Error('no bookmark in time')), DEADLINE_MS);
      const stream = admin.stream(
        { method: 'GET', path: `${MAPS}?${query}` },
        {
          head: () => undefined,
          data: (piece) => {
            text += piece.toString('utf8');
            if (!text.includes('k8s.io/initial-events-end')) return;
            clearTimeout(deadline);
            stream.close();
            resolve(text.indexOf('"ADDED"') < text.indexOf('"BOOKMARK"'));
          },
          end: () => undefined,
        },
      );
    });
    assert.equal(marked, true);
  });

  it('shows tables, metadata and YAML', async () => {
    const table = said<{ kind: string; rows: unknown[]; columnDefinitions: { name: string }[] }>(
      await ask('GET', '/api/v1/namespaces', undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
    );
    assert.deepEqual([table.kind, table.columnDefinitions[0]?.name], ['Table', 'Name']);
    const metadata = said<{ kind: string; items: { spec?: unknown }[] }>(
      await ask('GET', '/api/v1/namespaces', undefined, {
        accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
      }),
    );
    assert.equal(metadata.kind, 'PartialObjectMetadataList');
    assert.ok(metadata.items.every((item) => item.spec === undefined));
    const yaml = await ask('GET', '/api/v1/namespaces/default', undefined, { accept: 'application/yaml' });
    assert.match(yaml.body.toString('utf8'), /^apiVersion: v1\nkind: Namespace\n/);
  });

  it('lets a namespace go when its content is finalized', async () => {
    const path = '/api/v1/namespaces/leaving';
    await ask('POST', '/api/v1/namespaces', { metadata: { name: 'leaving' } });
    const going = said<Namespace>(await ask('DELETE', path));
    assert.equal(going.status?.phase, 'Terminating');
    await refused(ask('POST', `${path}/configmaps`, { metadata: { name: 'a' } }), 403, 'Forbidden', /being terminated/);
    await ask('PUT', `${path}/finalize`, { ...going, spec: { finalizers: [] } });
    await refused(ask('GET', path), 404, 'NotFound');
  });

  it('evicts only what a disruption budget lets go', async () => {
    await ask('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
    const pods = '/api/v1/namespaces/default/pods';
    const spec = { containers: [{ name: 'c', image: 'i' }] };
    await ask('POST', pods, { metadata: { name: 'e', labels: { app: 'e' } }, spec });
    const merge = { 'content-type': 'application/merge-patch+json' };
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    assert.equal((await ask('PATCH', `${pods}/e/status`, { status }, merge)).status, 200);
    const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
    const budget = { metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'e' } } } };
    assert.equal((await ask('POST', budgets, budget)).status, 201);
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'e' } };
    await refused(ask('POST', `${pods}/e/eviction`, eviction), 429, 'TooManyRequests');
    await ask('PATCH', `${budgets}/b/status`, { status: { disruptionsAllowed: 1, observedGeneration: 1 } }, merge);
    assert.equal((await ask('POST', `${pods}/e/eviction`, eviction)).status, 201);
    await refused(ask('GET', `${pods}/e`), 404, 'NotFound');
  });

  it('answers reviews and makes tokens that are good for something', async () => {
    type Review = { status: { allowed: boolean } };
    const attributes = { verb: 'list', resource: 'pods' };
    const review = { spec: { user: 'bob', resourceAttributes: attributes } };
    const reviews = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    assert.equal(said<Review>(await ask('POST', reviews, review)).status.allowed, false);
    await ask('POST', '/api/v1/namespaces/kube-public/serviceaccounts', { metadata: { name: 'who' } });
    const path = '/api/v1/namespaces/kube-public/serviceaccounts/who/token';
    const { status } = said<{ status: { token: string } }>(await ask('POST', path, { spec: { audiences: [] } }));
    const self = await nobody.request({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      headers: { ...JSON_TYPE, authorization: `Bearer ${status.token}` },
      body: '{}',
    });
    const { status: who } = said<{ status: { userInfo: { username: string } } }>(self);
    assert.equal(who.userInfo.username, 'system:serviceaccount:kube-public:who');
  });

  it('finds the service of the API and refuses to give its address away', async () => {
    const service = said<{ spec: { clusterIP: string } }>(
      await ask('GET', '/api/v1/namespaces/default/services/kubernetes'),
    );
    assert.equal(service.spec.clusterIP, '172.28.0.1');
    const other = { metadata: { name: 'o' }, spec: { clusterIP: '172.28.0.1', ports: [{ port: 1 }] } };
    await refused(ask('POST', '/api/v1/namespaces/default/services', other), 422, 'Invalid', /already allocated/);
  });

  it('gives a bound pod its grace and removes it at grace 0', async () => {
    const pods = '/api/v1/namespaces/default/pods';
    const spec = { containers: [{ name: 'c', image: 'i' }], nodeName: 'n', terminationGracePeriodSeconds: 9 };
    assert.equal((await ask('POST', pods, { metadata: { name: 'g' }, spec })).status, 201);
    const going = said<Pod>(await ask('DELETE', `${pods}/g`));
    assert.equal(going.metadata?.deletionGracePeriodSeconds, 9);
    await ask('DELETE', `${pods}/g`, { gracePeriodSeconds: 0 });
    await refused(ask('GET', `${pods}/g`), 404, 'NotFound');
  });

  it('asks the agent of a node for the log of a pod', async () => {
    const agent = await listenHttps({
      listen: [{ host: '127.0.0.1', port: 0 }],
      tls: { ...(await trial.serverCertificate('agent')), clientCaPem: trial.caPem },
      clock: { now: () => Date.now() },
      onRequest: (exchange) => {
        const { peer } = exchange.connection;
        exchange.send(200, {}, `${peer.kind === 'verified' ? peer.commonName : peer.kind} ${exchange.url}`);
      },
    });
    try {
      await ask('POST', '/api/v1/nodes', {
        metadata: { name: 'logging' },
        status: {
          addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
          daemonEndpoints: { kubeletEndpoint: { Port: agent.ports[0] } },
        },
      });
      const pods = '/api/v1/namespaces/default/pods';
      const spec = {
        containers: [
          { name: 'c', image: 'i' },
          { name: 'd', image: 'i' },
        ],
        nodeName: 'logging',
      };
      await ask('POST', pods, { metadata: { name: 'l' }, spec });
      const log = await ask('GET', `${pods}/l/log?container=d&tailLines=5`);
      assert.equal(log.body.toString('utf8'), 'apiserver-node-client /containerLogs/default/l/d?tailLines=5');
      await refused(ask('GET', `${pods}/l/log`), 400, 'BadRequest', /choose one of: \[c d\]/);
      await refused(ask('GET', `${pods}/l/log?container=x`), 400, 'BadRequest', /not valid for pod l/);
      const page = await ask('GET', '/api/v1/nodes/logging/proxy/pods?a=b');
      assert.equal(page.body.toString('utf8'), 'apiserver-node-client /pods?a=b');
      await refused(
        ask('POST', `${pods}/l/exec?container=c&command=ls&stdout=1`),
        400,
        'BadRequest',
        /Upgrade request required/,
      );
    } finally {
      await agent.close();
    }
  });

  it('shows a new certificate without a restart', async () => {
    const next = await startTrialServer();
    try {
      // The other server's authority signed this one, so only a client that believes it gets through.
      trial.server.setCredentials({ ...trial.credentials, tls: next.tls });
      const client = http2Client({ origin: trial.url, clock: systemClock, tls: { caPem: next.caPem } });
      assert.equal((await client.request({ method: 'GET', path: '/version' })).status, 200);
      client.close();
      assert.equal((await ask('GET', '/version')).status, 200, 'open connections stay');
    } finally {
      await next.stop();
    }
  });
});
