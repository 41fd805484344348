// Claims on what the sites of one machine share.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fakeClock } from '#platform/clock';
import { testFolder } from '#platform/process';
import { claim, claimedBy, releaseClaims } from './claims.ts';

test('what a site has claimed stays its own while it exists, running or not', (t) => {
  const folder = testFolder('claims');
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const clock = fakeClock(Date.now());
  const [first, second] = ['first', 'second'].map((name) => ({ data: path.join(folder, name), clock }));
  assert.ok(first && second);
  t.after(() => [first, second].map(({ data }) => releaseClaims(data)));
  // No port: nothing on this machine can have it.
  const what = `test-${process.pid}`;
  assert.equal(claim('ports', what, first), true);
  assert.equal(claim('ports', what, first), true, 'again');
  assert.equal(claim('ports', what, second), false, 'it is being made');
  fs.mkdirSync(first.data);
  fs.writeFileSync(path.join(first.data, 'site.json'), '{}');
  clock.jump(600_000);
  assert.equal(claim('ports', what, second), false);
  assert.equal(claimedBy('ports', what), first.data);
  fs.rmSync(first.data, { recursive: true });
  assert.equal(claim('ports', what, second), true, 'its site is gone');
  releaseClaims(first.data);
  assert.equal(claimedBy('ports', what), second.data);
  releaseClaims(second.data);
  assert.equal(claimedBy('ports', what), undefined);
});
