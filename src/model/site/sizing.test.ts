// The sizing rule, as a table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planSizing } from './sizing.ts';

const GIB = 1024 ** 3;
const TABLE = [
  { cores: 1, gib: 2, cpu: 550, memory: 1.25 },
  { cores: 2, gib: 24, cpu: 1500, memory: 19.1875 },
  { cores: 4, gib: 8, cpu: 3350, memory: 6.375 },
  { cores: 8, gib: 16, cpu: 7100, memory: 12.75 },
  { cores: 15, gib: 64, cpu: 13650, memory: 58 },
  { cores: 16, gib: 31, cpu: 14600, memory: 25 },
  { cores: 16, gib: 32, cpu: 4800, memory: 8 },
  { cores: 40, gib: 128, cpu: 12000, memory: 32 },
];

for (const row of TABLE)
  test(`${row.cores} cores and ${row.gib} GiB`, () => {
    const sizing = planSizing({ cores: row.cores, memoryBytes: row.gib * GIB });
    assert.equal(sizing.kind, 'sized');
    if (sizing.kind !== 'sized') return;
    assert.equal(sizing.worker.cpuMillis, row.cpu);
    assert.equal(sizing.worker.memoryBytes / GIB, row.memory);
    assert.ok(sizing.master.cpuShares > 0 && sizing.master.memoryBytes <= 4 * GIB);
  });

test('what the operator asked for is taken when it fits', () => {
  const sizing = planSizing({ cores: 2, memoryBytes: 24 * GIB }, { workerCpuMillis: 1000, workerMemoryBytes: GIB });
  assert.equal(sizing.kind === 'sized' && sizing.worker.cpuMillis, 1000);
  assert.equal(sizing.kind === 'sized' && sizing.worker.memoryBytes, GIB);
});

test('what does not fit is refused with the bounds', () => {
  const refusals = [
    planSizing({ cores: 2, memoryBytes: 24 * GIB }, { workerCpuMillis: 2000 }),
    planSizing({ cores: 2, memoryBytes: 24 * GIB }, { workerMemoryBytes: 24 * GIB }),
    planSizing({ cores: 40, memoryBytes: 128 * GIB }, { workerCpuMillis: 25_000 }),
    planSizing({ cores: 40, memoryBytes: 128 * GIB }, { workerMemoryBytes: 8 * GIB }),
  ];
  for (const refusal of refusals)
    assert.match(refusal.kind === 'refused' ? refusal.reason : '', /does not fit.*from .* to /);
});
