// Who requests are from, when tokens are good, and what is said about them.
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Node, Pod, Secret, ServiceAccount, TokenRequest } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { tokenSigner } from '#platform/jwt';
import { createAuthentication } from './authentication.ts';

const DAY = 24 * 3600_000;
const pair = () =>
  generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
const keys = pair();
const ISSUER = 'https://kubernetes.default.svc';

function world() {
  const clock = fakeClock();
  const accounts = new Map<string, ServiceAccount>([['a/sa', { metadata: { name: 'sa', namespace: 'a', uid: 'u1' } }]]);
  const pods = new Map<string, Pod>([
    [
      'a/p',
      {
        metadata: { name: 'p', namespace: 'a', uid: 'p1' },
        spec: { containers: [], serviceAccountName: 'sa', nodeName: 'n' },
      },
    ],
    [
      'a/q',
      { metadata: { name: 'q', namespace: 'a', uid: 'q1' }, spec: { containers: [], serviceAccountName: 'other' } },
    ],
  ]);
  const secrets = new Map<string, Secret>();
  const nodes = new Map<string, Node>([['n', { metadata: { name: 'n', uid: 'n1' } }]]);
  const lookups = {
    serviceAccount: (namespace: string, name: string) => accounts.get(`${namespace}/${name}`),
    pod: (namespace: string, name: string) => pods.get(`${namespace}/${name}`),
    secret: (namespace: string, name: string) => secrets.get(`${namespace}/${name}`),
    node: (name: string) => nodes.get(name),
  };
  const made = (privateKeyPem: string, publicKeysPem: string[], issuer = ISSUER) =>
    createAuthentication({ serviceAccountKeys: { privateKeyPem, publicKeysPem }, issuer, lookups, clock });
  const authentication = made(keys.privateKey, [keys.publicKey]);
  const account = accounts.get('a/sa') as ServiceAccount;
  const token = (spec: TokenRequest['spec'] = {}): string =>
    authentication.tokenRequest(account, { spec }).status?.token ?? '';
  return { clock, accounts, pods, secrets, nodes, account, authentication, made, token };
}
type World = ReturnType<typeof world>;

const POD = { kind: 'Pod', apiVersion: 'v1', name: 'p' };
const refused = { code: 401, reason: 'Unauthorized' };

describe('who a request is from', () => {
  it('anonymous without credentials', async () =>
    assert.deepEqual(await world().authentication.authenticate({}), {
      name: 'system:anonymous',
      groups: ['system:unauthenticated'],
    }));
  it('a client certificate: name and organizations', async () =>
    assert.deepEqual(
      await world().authentication.authenticate({
        peerCertificate: { subjectCommonName: 'alice', organizations: ['ops'] },
        bearerToken: 'ignored',
      }),
      { name: 'alice', groups: ['ops', 'system:authenticated'] },
    ));
  it('a token bound to a pod: account, pod and node', async () => {
    const { authentication, token } = world();
    const user = await authentication.authenticate({ bearerToken: token({ boundObjectRef: POD }) });
    assert.equal(user.name, 'system:serviceaccount:a:sa');
    assert.equal(user.uid, 'u1');
    assert.deepEqual(user.groups, ['system:serviceaccounts', 'system:serviceaccounts:a', 'system:authenticated']);
    const { 'authentication.kubernetes.io/credential-id': id, ...rest } = user.extra ?? {};
    assert.match(id?.[0] ?? '', /^JTI=[0-9a-f-]{36}$/);
    assert.deepEqual(rest, {
      'authentication.kubernetes.io/node-name': ['n'],
      'authentication.kubernetes.io/node-uid': ['n1'],
      'authentication.kubernetes.io/pod-name': ['p'],
      'authentication.kubernetes.io/pod-uid': ['p1'],
    });
  });
  it('a token signed by a key that was used before', async () => {
    const { authentication, made, token } = world();
    const old = token();
    const next = pair();
    const rolled = made(next.privateKey, [keys.publicKey]);
    assert.equal((await rolled.authenticate({ bearerToken: old })).name, 'system:serviceaccount:a:sa');
    assert.equal(rolled.jwks().keys.length, 2);
    assert.equal(authentication.jwks().keys.length, 1);
  });
});

describe('a token is refused', () => {
  const cases: [string, (world: World) => string | Promise<string>][] = [
    ['that is none', () => 'abc'],
    [
      'of another key',
      ({ made, account }) => made(pair().privateKey, []).tokenRequest(account, {}).status?.token ?? '',
    ],
    [
      'of another issuer',
      ({ made, account }) => made(keys.privateKey, [], 'https://x').tokenRequest(account, {}).status?.token ?? '',
    ],
    [
      'whose body was changed',
      ({ token }) => {
        const [head, body = '', signature] = token().split('.');
        const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
        claims['kubernetes.io'].namespace = 'kube-system';
        return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
      },
    ],
    [
      'without signature',
      ({ token }) => {
        const [, body] = token().split('.');
        return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
      },
    ],
    ['for another audience', ({ token }) => token({ audiences: ['vault'] })],
    [
      'that has expired',
      async ({ clock, token }) => {
        const made = token({ expirationSeconds: 600 });
        await clock.advance(600_001);
        return made;
      },
    ],
    [
      'from the future',
      ({ clock, token }) => {
        const made = token();
        clock.jump(-DAY);
        return made;
      },
    ],
    [
      'whose account is gone',
      ({ accounts, token }) => {
        const made = token();
        accounts.clear();
        return made;
      },
    ],
    [
      'whose account was made anew',
      ({ accounts, token }) => {
        const made = token();
        accounts.set('a/sa', { metadata: { name: 'sa', namespace: 'a', uid: 'u2' } });
        return made;
      },
    ],
    [
      'whose pod is gone',
      ({ pods, token }) => {
        const made = token({ boundObjectRef: POD });
        pods.clear();
        return made;
      },
    ],
    [
      'whose node is gone',
      ({ nodes, token }) => {
        const made = token({ boundObjectRef: { kind: 'Node', apiVersion: 'v1', name: 'n' } });
        nodes.clear();
        return made;
      },
    ],
    [
      'whose pod has been deleted for a while',
      async ({ pods, clock, token }) => {
        const made = token({ boundObjectRef: POD });
        const pod = pods.get('a/p') as Pod;
        pods.set('a/p', {
          ...pod,
          metadata: { ...pod.metadata, deletionTimestamp: new Date(clock.now()).toISOString() },
        });
        await clock.advance(60_001);
        return made;
      },
    ],
    ['whose secret was never stored', ({ authentication, account }) => authentication.legacyToken(account, 'sec')],
    [
      'whose secret holds another token',
      ({ authentication, account, secrets }) => {
        secrets.set('a/sec', { metadata: { name: 'sec' }, data: { token: Buffer.from('x').toString('base64') } });
        return authentication.legacyToken(account, 'sec');
      },
    ],
  ];
  for (const [what, make] of cases)
    it(what, async () => {
      const here = world();
      const token = await make(here);
      await assert.rejects(here.authentication.authenticate({ bearerToken: token }), refused);
    });
});

describe('a token stays good', () => {
  it('while its pod ends in order, and after the pod is gone no longer', async () => {
    const { pods, clock, token, authentication } = world();
    const made = token({ boundObjectRef: POD });
    const pod = pods.get('a/p') as Pod;
    pods.set('a/p', { ...pod, metadata: { ...pod.metadata, deletionTimestamp: new Date(clock.now()).toISOString() } });
    await clock.advance(30_000);
    await authentication.authenticate({ bearerToken: made });
    pods.clear();
    await assert.rejects(authentication.authenticate({ bearerToken: made }), refused);
  });
  it('for a year when it is mounted into a pod', async () => {
    const { clock, token, authentication } = world();
    const made = token({ boundObjectRef: POD, expirationSeconds: 3607 });
    await clock.advance(360 * DAY);
    await authentication.authenticate({ bearerToken: made });
  });
  it('as long as its secret holds it', async () => {
    const { secrets, account, authentication } = world();
    const made = authentication.legacyToken(account, 'sec');
    secrets.set('a/sec', { metadata: { name: 'sec' }, data: { token: Buffer.from(made).toString('base64') } });
    assert.equal((await authentication.authenticate({ bearerToken: made })).name, 'system:serviceaccount:a:sa');
    secrets.clear();
    await assert.rejects(authentication.authenticate({ bearerToken: made }), refused);
  });
});

describe('when the clock jumps', () => {
  const name = 'system:serviceaccount:a:sa';
  it('ahead, a token that was good can still be renewed for a while', async () => {
    const { clock, token, authentication } = world();
    const made = token();
    clock.jump(730 * DAY, { leewayMs: 600_000 });
    assert.equal((await authentication.authenticate({ bearerToken: made })).name, name);
    assert.equal((await authentication.authenticate({ bearerToken: token() })).name, name, 'a new one is good at once');
    await clock.advance(600_000);
    await assert.rejects(authentication.authenticate({ bearerToken: made }), refused);
  });
  it('back, a token that was just issued is not "not yet valid"', async () => {
    const { clock, token, authentication } = world();
    const [loose, bound] = [token(), token({ boundObjectRef: POD })];
    clock.jump(-730 * DAY, { leewayMs: 600_000 });
    for (const made of [loose, bound, token()])
      assert.equal((await authentication.authenticate({ bearerToken: made })).name, name);
    await clock.advance(600_000);
    assert.equal((await authentication.authenticate({ bearerToken: bound })).name, name, 'it ends with its pod');
    await assert.rejects(authentication.authenticate({ bearerToken: loose }), refused);
  });
});

describe('token request', () => {
  it('answers with the times and audiences that the token has', () => {
    const { authentication, account, clock } = world();
    const answer = authentication.tokenRequest(account, { spec: { audiences: ['x'], expirationSeconds: 1200 } });
    assert.equal(answer.status?.expirationTimestamp, '2026-01-01T00:20:00Z');
    const claims = JSON.parse(Buffer.from(answer.status?.token?.split('.')[1] ?? '', 'base64url').toString());
    assert.deepEqual(
      { aud: claims.aud, iss: claims.iss, sub: claims.sub, life: claims.exp - claims.iat, iat: claims.iat },
      { aud: ['x'], iss: ISSUER, sub: 'system:serviceaccount:a:sa', life: 1200, iat: clock.now() / 1000 },
    );
    assert.deepEqual(claims['kubernetes.io'], { namespace: 'a', serviceaccount: { name: 'sa', uid: 'u1' } });
  });
  for (const [what, spec, code] of [
    ['too short', { expirationSeconds: 599 }, 422],
    ['too long', { expirationSeconds: 2 ** 32 + 1 }, 422],
    ['a pod that is not there', { boundObjectRef: { ...POD, name: 'x' } }, 404],
    ['a pod of another account', { boundObjectRef: { ...POD, name: 'q' } }, 400],
    ['a pod that was made anew', { boundObjectRef: { ...POD, uid: 'old' } }, 409],
    ['something else', { boundObjectRef: { kind: 'Service', name: 's' } }, 400],
  ] as const)
    it(`refuses ${what} with ${code}`, () => {
      const { token } = world();
      assert.throws(() => token(spec as TokenRequest['spec']), { code });
    });
});

describe('token review', () => {
  it('says who, and for which of the audiences asked for', () => {
    const { authentication, token } = world();
    const spec = { token: token({ audiences: ['x', 'y'] }), audiences: ['y', 'z'] };
    const { status } = authentication.tokenReview({ spec });
    assert.deepEqual(
      [status?.authenticated, status?.user?.username, status?.audiences],
      [true, 'system:serviceaccount:a:sa', ['y']],
    );
  });
  it('says no, and why', () => {
    const { authentication, token } = world();
    for (const given of ['junk', token({ audiences: ['x'] })]) {
      const { status } = authentication.tokenReview({ spec: { token: given } });
      assert.equal(status?.authenticated, undefined);
      assert.match(status?.error ?? '', /invalid bearer token/);
    }
  });
});

describe('published keys', () => {
  it('verify a token without us', () => {
    const { authentication, token } = world();
    const [head = '', body = '', signature = ''] = token().split('.');
    const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString());
    const jwk = authentication.jwks().keys.find((key) => key.kid === kid);
    const key = createPublicKey({ key: jwk as never, format: 'jwk' });
    const bytes = Buffer.from(signature, 'base64url');
    assert.ok(verify('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' }, bytes));
    assert.deepEqual(authentication.openidConfiguration(), {
      issuer: ISSUER,
      jwks_uri: `${ISSUER}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
  });
  it('are not made of other curves', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    assert.throws(() => tokenSigner({ privateKeyPem, publicKeysPem: [] }), { code: 'Invalid' });
  });
});
