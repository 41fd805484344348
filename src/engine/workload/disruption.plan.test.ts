// How many pods a disruption budget lets go.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Pod, PodDisruptionBudget } from '#model/kube';
import { planDisruption } from './disruption.plan.ts';

const NOW = Date.UTC(2026, 0, 1);
const now = '2026-01-01T00:00:00Z';
const pods = (ready: number, unready = 0): Pod[] =>
  Array.from({ length: ready + unready }, (_, i) => ({
    metadata: { name: `p${i}` },
    status: { conditions: [{ type: 'Ready', status: i < ready ? 'True' : 'False' }] },
  }));
const plan = (spec: PodDisruptionBudget['spec'], of: Pod[], wanted: number | undefined, status = {}) =>
  planDisruption({ budget: { metadata: { generation: 1 }, spec, status }, pods: of, wanted, nowMs: NOW, now });

describe('a disruption budget', () => {
  const cases: [string, PodDisruptionBudget['spec'], Pod[], number | undefined, number, number, number][] = [
    // allowed, desired, expected
    ['keeps a number', { minAvailable: 2 }, pods(3), 3, 1, 2, 3],
    ['needs no workload for a number', { minAvailable: 2 }, pods(3), undefined, 1, 2, 3],
    ['counts only what is ready', { minAvailable: 2 }, pods(2, 1), 3, 0, 2, 3],
    ['keeps a share, rounded up', { minAvailable: '50%' }, pods(5), 5, 2, 3, 5],
    ['lets a number go', { maxUnavailable: 1 }, pods(3), 3, 1, 2, 3],
    ['lets a share go, rounded up', { maxUnavailable: '30%' }, pods(4), 4, 2, 2, 4],
    ['counts what is missing as gone', { maxUnavailable: 1 }, pods(2), 3, 0, 2, 3],
    ['lets nothing go of nothing', { maxUnavailable: 1 }, [], 0, 0, 0, 0],
    ['lets nothing go of what nobody counts', { maxUnavailable: 1 }, pods(3), undefined, 0, 0, 0],
  ];
  for (const [title, spec, of, wanted, allowed, desired, expected] of cases)
    it(title, () => {
      const { status } = plan(spec, of, wanted);
      assert.deepEqual(
        [status.disruptionsAllowed, status.desiredHealthy, status.expectedPods],
        [allowed, desired, expected],
      );
      assert.equal(status.conditions?.[0]?.status, allowed > 0 ? 'True' : 'False');
    });

  it('waits for an eviction that was granted, and gives it up', () => {
    const fresh = plan({ minAvailable: 1 }, pods(2), 2, { disruptedPods: { p0: '2025-12-31T23:59:00Z' } });
    assert.equal(fresh.status.disruptionsAllowed, 0);
    assert.equal(fresh.againAfterMs, 60_000);
    const old = plan({ minAvailable: 1 }, pods(2), 2, { disruptedPods: { p0: '2025-12-31T23:57:00Z', gone: now } });
    assert.equal(old.status.disruptionsAllowed, 1);
    assert.equal(old.status.disruptedPods, undefined);
  });
});
