// A key of service accounts that signs no more is needed as long as a secret holds a token that it signed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorldError } from '#base';
import { tokenSigner } from '#platform/jwt';
import { newKeyPem, publicKeyPem } from '#platform/x509';
import type { AskCluster } from '#services/infrastructure';
import { oldKeyIsNeeded } from './token-holders.ts';

const [oldKey, newKey] = [newKeyPem(), newKeyPem()];
const pki = {
  accountKeys: () => ({ privateKeyPem: newKey, publicKeysPem: [newKey, oldKey].map(publicKeyPem) }),
};
const secretOf = (privateKeyPem: string) => {
  const token = tokenSigner({ privateKeyPem, publicKeysPem: [] }).sign({ sub: 'system:serviceaccount:a:sa' });
  return { data: { token: Buffer.from(token).toString('base64') } };
};
const answering =
  (status: number, body: unknown): AskCluster =>
  async (_method, path) => {
    assert.match(path, /fieldSelector=type%3Dkubernetes.io%2Fservice-account-token$/);
    return { status, body };
  };

test('it is needed while a secret holds such a token', async () => {
  const needed = (...items: object[]) => oldKeyIsNeeded(answering(200, { items }), pki);
  assert.equal(await needed(secretOf(newKey), secretOf(oldKey)), true);
  assert.equal(await needed(secretOf(newKey), {}, { data: { token: 'x' } }), false);
  assert.equal(await needed(), false);
});

test('it is needed while that cannot be known', async () => {
  assert.equal(await oldKeyIsNeeded(answering(403, {}), pki), true);
  const away: AskCluster = async () => {
    throw new WorldError('Unavailable', 'away');
  };
  assert.equal(await oldKeyIsNeeded(away, pki), true);
});
