// Every way from times to a status, at its edges.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hubAddressProblem, hubListensOn, hubUrl } from './hub.ts';
import { CONTACT_COUNTS_MS, hubSiteStatus } from './site-status.ts';

test('the status of a site', () => {
  const end = 1_000_000_000;
  const now = 500_000_000;
  for (const [contactMs, at, expected] of [
    [0, now, 'Connecting'],
    [now, now, 'Connected'],
    [now - CONTACT_COUNTS_MS + 1, now, 'Connected'],
    [now - CONTACT_COUNTS_MS, now, 'Offline'],
    [now + 5_000, now, 'Connected'],
    [end - 1, end - 1, 'Connected'],
    [end, end, 'Expired'],
    [0, end, 'Expired'],
  ] as const)
    assert.equal(hubSiteStatus({ contactMs, identityEndMs: end }, at), expected, `${contactMs} at ${at}`);
});

test('addresses of a hub', () => {
  assert.equal(hubUrl({ addresses: ['hub.example', '10.0.0.1'], port: 8443 }), 'https://hub.example:8443');
  assert.equal(hubUrl({ addresses: ['fd00::1'], port: 1 }), 'https://[fd00::1]:1');
  assert.equal(hubListensOn({ addresses: ['127.0.0.1', 'localhost'] }), '127.0.0.1');
  assert.equal(hubListensOn({ addresses: ['127.0.0.1', 'hub.example'] }), '');
  for (const good of ['hub', 'hub.example', '10.0.0.1', 'fd00::1'])
    assert.equal(hubAddressProblem(good), undefined, good);
  for (const bad of ['', 'hub:8443', 'https://hub', 'Hub', 'a b', '-x']) assert.ok(hubAddressProblem(bad), bad);
});
