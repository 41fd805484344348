// A heartbeat costs less than a kilobyte, whatever a site has to complain of.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEARTBEAT_BYTES_MAX } from '#model/link';
import { type Beat, beatText } from './heartbeat.ts';

const beat: Beat = {
  at: '2026-11-25T22:00:00Z',
  version: '0.1.0',
  plane: 'hub',
  mode: 'SemiConnected',
  phase: 'Degraded',
  applied: 123_456,
  drifted: 5_000,
  nodesReady: 1,
  nodes: 2,
  pods: 1_234,
  troubles: [],
};

test('a usual heartbeat takes a fifth of what it may', () => {
  assert.ok(beatText({ ...beat, troubles: ['ClockTrusted', 'StorePersistent'] }).length < HEARTBEAT_BYTES_MAX / 3);
});

test('troubles that do not fit are left out from the last on', () => {
  const troubles = Array.from({ length: 8 }, (_, i) => `${i}${'ü'.repeat(120)}`);
  const text = beatText({ ...beat, troubles });
  const kept = (JSON.parse(text) as Beat).troubles;
  assert.ok(Buffer.byteLength(text) < HEARTBEAT_BYTES_MAX);
  assert.ok(kept.length > 0 && kept.length < 8);
  assert.deepEqual(kept, troubles.slice(0, kept.length));
  assert.deepEqual((JSON.parse(beatText({ ...beat, troubles: ['x'.repeat(2000)] })) as Beat).troubles, []);
});
