// Secrets that hold the token of a service account, on the real API server with its controllers: filled, believed, and gone
// with their account.
import assert from 'node:assert/strict';
import https from 'node:https';
import { test } from 'node:test';
import { resourceOf } from '#client';
import type { Namespace, Secret, ServiceAccount } from '#model/kube';
import { systemClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { startControllers } from '#services/controllers';
import { startTrialServer, type TrialServer } from '../../src/services/apiserver/trial-server.fixture.ts';
import { eventually } from './site.fixture.ts';

const SECRETS = resourceOf<Secret>('', 'v1', 'secrets');
const ACCOUNTS = resourceOf<ServiceAccount>('', 'v1', 'serviceaccounts');
const NAMESPACES = resourceOf<Namespace>('', 'v1', 'namespaces');
const TYPE = 'kubernetes.io/service-account-token';
const NAME = 'kubernetes.io/service-account.name';
const UID = 'kubernetes.io/service-account.uid';

const text = (data: string | undefined): string => Buffer.from(data ?? '', 'base64').toString();

/** The code of an answer, and for whom the server holds the bearer of the token. */
function whoIs(trial: TrialServer, token: string): Promise<{ code: number; user?: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const url = `${trial.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`;
    const sent = https.request(url, { method: 'POST', ca: trial.caPem, agent: false, headers }, (answer) => {
      let body = '';
      answer.on('data', (piece: Buffer) => {
        body += piece.toString();
      });
      answer.on('end', () => {
        const review = JSON.parse(body) as { status?: { userInfo?: { username?: string } } };
        resolve({ code: answer.statusCode ?? 0, user: review.status?.userInfo?.username });
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }));
  });
}

test('a token secret is filled, believed, and ends with its account', { timeout: 60_000 }, async (t) => {
  const trial = await startTrialServer();
  const client = trial.server.client({ name: 'system:admin', groups: ['system:masters'] });
  const controllers = await startControllers({
    client,
    clock: systemClock,
    log: memoryLog(),
    rootCaPem: () => trial.caPem,
    podCidr: '172.27.0.0/16',
  });
  const make = (name: string, account: string): Promise<Secret> =>
    client.create(SECRETS, { metadata: { namespace: 'n', name, annotations: { [NAME]: account } }, type: TYPE });
  const get = (name: string): Promise<Secret> => client.get(SECRETS, { namespace: 'n', name });
  const filled = (name: string): Promise<Secret> =>
    eventually(`${name} is filled`, async () => {
      const secret = await get(name);
      return secret.data?.token ? secret : undefined;
    });
  const gone = (name: string): Promise<boolean> =>
    eventually(`${name} is gone`, async () =>
      (await client.list(SECRETS, { namespace: 'n' })).items.every((one) => one.metadata?.name !== name),
    );
  // The server remembers for a moment whom it has believed.
  const refused = (token: string): Promise<boolean> =>
    eventually('the token is refused', async () => (await whoIs(trial, token)).code === 401);
  try {
    await client.create(NAMESPACES, { metadata: { name: 'n' } });
    const account = await client.create(ACCOUNTS, { metadata: { namespace: 'n', name: 'robot' } });
    await make('robot-token', 'robot');
    const secret = await filled('robot-token');
    const token = text(secret.data?.token);
    await t.test('it holds token, authority and namespace, and names its account', async () => {
      assert.equal(secret.metadata?.annotations?.[UID], account.metadata?.uid);
      assert.equal(text(secret.data?.['ca.crt']), trial.caPem);
      assert.equal(text(secret.data?.namespace), 'n');
      assert.deepEqual(await whoIs(trial, token), { code: 201, user: 'system:serviceaccount:n:robot' });
    });
    await t.test('what is taken out of it is put back', async () => {
      await client.patch(
        SECRETS,
        { namespace: 'n', name: 'robot-token' },
        { type: 'merge', body: { data: { token: null } } },
      );
      const again = await filled('robot-token');
      assert.equal((await whoIs(trial, text(again.data?.token))).user, 'system:serviceaccount:n:robot');
    });
    await t.test('one that is deleted is believed no more, and its account forgets it', async () => {
      await make('second', 'robot');
      const second = text((await filled('second')).data?.token);
      await client.patch(
        ACCOUNTS,
        { namespace: 'n', name: 'robot' },
        {
          type: 'merge',
          body: { secrets: [{ name: 'robot-token' }, { name: 'second' }] },
        },
      );
      await client.delete(SECRETS, { namespace: 'n', name: 'second' });
      await eventually('the account forgets it', async () => {
        const { secrets } = await client.get(ACCOUNTS, { namespace: 'n', name: 'robot' });
        return secrets?.length === 1 && secrets[0]?.name === 'robot-token';
      });
      await refused(second);
      assert.equal((await whoIs(trial, token)).code, 201);
    });
    await t.test('one for an account that is not there is removed', async () => {
      await make('nobodys', 'nobody');
      await gone('nobodys');
    });
    await t.test('all go with the account, also when a namesake follows at once', async () => {
      await client.delete(ACCOUNTS, { namespace: 'n', name: 'robot' });
      await client.create(ACCOUNTS, { metadata: { namespace: 'n', name: 'robot' } });
      await gone('robot-token');
      await refused(token);
    });
  } finally {
    await controllers.stop();
    await trial.stop();
  }
});
