// A kubeconfig is read as it was written.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubeconfigRead } from './kubeconfig.read.ts';
import { kubeconfigText } from './kubeconfig.ts';

test('what was written is read, and what lacks something is said', () => {
  const facts = { server: 'https://10.50.0.5:6443', caPem: 'the CA\n', certPem: 'a certificate\n', keyPem: 'a key\n' };
  const text = kubeconfigText({ ...facts, user: 'admin' });
  assert.deepEqual(kubeconfigRead(text), facts);
  assert.throws(() => kubeconfigRead(text.replace('client-key-data', 'token')), /lacks client-key-data/);
});
