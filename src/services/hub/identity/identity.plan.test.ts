// Who gets an identity, and when the hub's operator is asked.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNews, planRenewal, planReturn } from './identity.plan.ts';

const DAY_MS = 86_400_000;
const END = 90 * DAY_MS;

test('an identity is renewed from day 45 on, and at any age for another key', () => {
  const shown = { endMs: END, key: 'a', shownKey: 'a' };
  assert.equal(planRenewal(shown, 45 * DAY_MS - 1), 'same');
  assert.equal(planRenewal(shown, 45 * DAY_MS), 'grant');
  assert.equal(planRenewal({ ...shown, key: 'b' }, DAY_MS), 'grant');
});

test('after the end the operator is asked once, and a yes counts for the key it was given for, and for a week', () => {
  const by = { endMs: END, key: 'a' };
  const asked = { key: 'a', askedMs: END };
  for (const [waiting, nowMs, plan] of [
    [undefined, END - 1, 'grant'],
    [undefined, END, 'ask'],
    [asked, END + DAY_MS, 'wait'],
    [{ ...asked, approvedMs: END + DAY_MS }, END + DAY_MS, 'grant'],
    [{ ...asked, approvedMs: END + DAY_MS }, END + 8 * DAY_MS - 1, 'grant'],
    [{ ...asked, approvedMs: END + DAY_MS }, END + 8 * DAY_MS, 'ask'],
    [{ ...asked, key: 'b', approvedMs: END + DAY_MS }, END + DAY_MS, 'ask'],
    [{ ...asked, key: 'b' }, END + DAY_MS, 'ask'],
  ] as const)
    assert.equal(planReturn(by, waiting, nowMs), plan);
});

test('an identity that ends later than the one that is known is known from now on, and an earlier one changes nothing', () => {
  assert.ok(isNews({ endMs: END }, { identityEndMs: END - 1 }));
  for (const identityEndMs of [END, END + 1]) assert.ok(!isNews({ endMs: END }, { identityEndMs }));
});
