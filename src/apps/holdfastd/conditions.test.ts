// What is said of a site, table by table.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionFacts, type SiteFacts } from './conditions.ts';

const well: SiteFacts = {
  apiAnswers: true,
  nodesMissing: [],
  dying: [],
  closedDoors: [],
  freeBytes: 2 ** 30,
  reserveUsed: false,
  clock: { holds: true, reason: 'Plausible', message: 'the time rests on the system clock' },
};
const told = (facts: Partial<SiteFacts>): string[] =>
  conditionFacts({ ...well, ...facts })
    .filter(({ holds }) => !holds)
    .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);

test('a site that is well has nothing against it', () => {
  assert.deepEqual(told({}), []);
  assert.deepEqual(
    conditionFacts(well).map(({ type, reason }) => `${type} ${reason}`),
    [
      'ApiAnswering Answers',
      'MachinesReady AllReady',
      'ProcessesStable Stable',
      'DiskRoom Enough',
      'ClockTrusted Plausible',
    ],
  );
  assert.equal(
    conditionFacts({ ...well, outsideAddress: '192.0.2.1' }).at(-1)?.message,
    'the doors answer at 192.0.2.1',
    'only a site with an outside address says whether its doors are open',
  );
});

test('what is wrong is named', () => {
  assert.deepEqual(told({ apiAnswers: false, nodesMissing: ['machine a', 'machine b'] }), [
    'ApiAnswering NoAnswer: the Kubernetes API does not answer',
    'MachinesReady NotReady: not Ready: machine a, machine b',
  ]);
  assert.deepEqual(
    told({
      dying: [
        { name: 'kube', lastEnd: 'exit code 1' },
        { name: 'services', lastEnd: 'killed by SIGKILL' },
      ],
    }),
    ['ProcessesStable KeepsDying: kube: exit code 1; services: killed by SIGKILL'],
  );
  assert.deepEqual(told({ outsideAddress: '192.0.2.1', closedDoors: ['192.0.2.1:6443 is in use'] }), [
    'OutsideDoorsOpen CannotListen: 192.0.2.1:6443 is in use',
  ]);
});

test('a disk that gets full, and one that is', () => {
  assert.match(told({ freeBytes: 2 ** 20 }).join(), /^DiskRoom DiskLow: 1 MiB are free/);
  assert.match(told({ freeBytes: 2 ** 24, reserveUsed: true }).join(), /^DiskRoom DiskFull: .*writes are refused/);
});
