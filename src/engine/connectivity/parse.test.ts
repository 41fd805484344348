// What is refused as a state, and why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorldError } from '#base';
import { connectivityParse, connectivityStart, connectivityStep, connectivityText } from './index.ts';

const NOW = Date.UTC(2026, 10, 2);
const whole = connectivityStep(connectivityStart(NOW - 9), { kind: 'activated', plane: 'hub' }, NOW).state;

test('what was written is read', () => {
  for (const state of [whole, connectivityStart(NOW)])
    assert.deepEqual(connectivityParse(connectivityText(state)), state);
});

test('damaged states are refused with what is wrong', () => {
  const cases: [change: Record<string, unknown>, message: RegExp][] = [
    [{ plane: 'moon' }, /plane moon with mode Connected cannot be/],
    [{ mode: 'NotActivated' }, /plane hub with mode NotActivated cannot be/],
    [{ mode: 'Gone' }, /mode Gone cannot be/],
    [{ since: 'yesterday' }, /since and planeSince must be times/],
    [{ planeSince: 9e15 }, /since and planeSince must be times/],
    [{ planeReason: null }, /planeReason/],
    [{ contacts: [NOW, NOW] }, /ascending times/],
    [{ contacts: [NOW, 1.5] }, /ascending times/],
    [{ contacts: Array.from({ length: 17 }, (_, i) => i) }, /17 contacts; at most 16/],
    [{ contacts: [] }, /lastContactAt is none of its contacts/],
    [{ lastContactAt: NOW + 1 }, /lastContactAt is none of its contacts/],
    [{ activatedAt: null }, /activatedAt does not fit mode Connected/],
    [{ plane: 'local', mode: 'NotActivated' }, /activatedAt does not fit mode NotActivated/],
    [{ plane: 'local', mode: 'NotActivated', activatedAt: null }, /lastContactAt is none/],
    [{ history: [{ at: NOW }] }, /history must be changes/],
    [{ history: Array.from({ length: 65 }, () => whole.history[0]) }, /its history has 65 entries/],
  ];
  for (const [change, message] of cases) {
    const text = JSON.stringify({ ...whole, ...change });
    assert.throws(
      () => connectivityParse(text),
      (error) => error instanceof WorldError && error.code === 'Corrupt' && message.test(error.message),
      JSON.stringify(change),
    );
  }
});

test('what is no state at all is refused', () => {
  const text = connectivityText(whole);
  for (const torn of ['', 'null', '[]', '7', '{}', '{"version":"1"}', text.slice(0, 40), `${text}x`])
    assert.throws(
      () => connectivityParse(torn),
      (error) => error instanceof WorldError && error.code === 'Corrupt' && error.details.cure !== undefined,
      torn,
    );
});

test('the state of another version is named as such', () => {
  assert.throws(
    () => connectivityParse(JSON.stringify({ ...whole, version: 2 })),
    (error) => error instanceof WorldError && error.code === 'Unsupported' && /version 2/.test(error.message),
  );
});
