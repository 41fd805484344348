// The time of a volume's phase: the server's where the writer gave none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PersistentVolume } from '#model/kube';
import { stampPhase } from './phase-time.ts';
import { makeResourceRegistry } from './resource-registry.ts';

const NOW = Date.UTC(2026, 0, 1);
const EARLIER = '2025-12-31T00:00:00Z';

test('a phase that is new gets its time', () => {
  const resource = makeResourceRegistry().find('', 'v1', 'persistentvolumes');
  assert.ok(resource);
  const stamped = (phase: string, time: string | undefined, old?: PersistentVolume): string | undefined => {
    const volume: PersistentVolume = { status: { phase, ...(time ? { lastPhaseTransitionTime: time } : {}) } };
    stampPhase(resource, volume, old, NOW);
    return volume.status?.lastPhaseTransitionTime;
  };
  const bound: PersistentVolume = { status: { phase: 'Bound', lastPhaseTransitionTime: EARLIER } };
  assert.equal(stamped('Pending', undefined), '2026-01-01T00:00:00Z');
  assert.equal(stamped('Bound', EARLIER, bound), EARLIER);
  assert.equal(stamped('Released', EARLIER, bound), '2026-01-01T00:00:00Z');
  assert.equal(stamped('Released', '2026-01-01T00:00:07Z', bound), '2026-01-01T00:00:07Z');
});
