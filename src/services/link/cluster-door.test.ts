// Whoever comes through the hub is who the hub says, whatever he says himself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterHeaders } from './cluster-door.headers.ts';

test('what a client could say of who he is does not pass', () => {
  const smuggled = {
    authorization: 'Bearer secret',
    cookie: 'session=1',
    forwarded: 'for=1',
    'impersonate-user': 'system:admin',
    'impersonate-group': 'system:masters',
    'impersonate-uid': '1',
    'impersonate-extra-scopes': 'all',
    'proxy-authorization': 'Basic eA==',
    'ssl-client-cert': 'pem',
    'x-client-cert': 'pem',
    'x-forwarded-client-cert': 'pem',
    'x-forwarded-user': 'root',
    'x-remote-user': 'root',
    'x-remote-group': 'system:masters',
    'x-ssl-client-dn': 'root',
    'x-holdfast-other': '1',
  };
  const asked = { accept: 'application/json', 'content-type': 'text/plain', 'user-agent': 'kubectl' };
  assert.deepEqual(clusterHeaders({ ...asked, ...smuggled, 'x-holdfast-user': 'ada' }), {
    ...asked,
    'impersonate-user': 'hub:ada',
    'impersonate-group': 'hub:users',
  });
});

test('a token among the protocols of a WebSocket does not pass, the others do', () => {
  const token = 'base64url.bearer.authorization.k8s.io.c2VjcmV0';
  const protocolsOf = (offered: string) =>
    clusterHeaders({ 'x-holdfast-user': 'ada', 'sec-websocket-protocol': offered })?.['sec-websocket-protocol'];
  assert.equal(protocolsOf(`v5.channel.k8s.io, ${token}`), 'v5.channel.k8s.io');
  assert.equal(protocolsOf(`${token.toUpperCase()},v4.channel.k8s.io`), 'v4.channel.k8s.io');
  assert.equal(protocolsOf(token), undefined);
});

test('without a user that can be one, nothing passes', () => {
  for (const user of [undefined, '', 'Ada', 'system:masters', 'a, b', 'a b', '-a', 'a'.repeat(64), ['ada', 'bob']])
    assert.equal(clusterHeaders({ 'x-holdfast-user': user as string }), undefined, String(user));
});
