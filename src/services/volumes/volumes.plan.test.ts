// What is missing of a replicated volume, and whose loss makes it read-only.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planVolumes, readOnlyIfLost, type VolumesSeen } from './volumes.plan.ts';

const HOSTS = ['node-a', 'node-b', 'witness'];
const peer = (name: string, connected = true) => ({ name, connected, member: true });
const volume = { name: 'replicated', started: true, brickHosts: HOSTS, arbiter: true, options: { one: '1' } };
const seen = (of: Partial<VolumesSeen>): VolumesSeen => ({
  self: 'node-b',
  peers: [peer('node-a'), peer('witness')],
  volume,
  hosts: HOSTS,
  arbiter: true,
  options: { one: '1' },
  down: [],
  ...of,
});

const cases: [title: string, seen: Partial<VolumesSeen>, steps: readonly object[]][] = [
  ['all is well', {}, []],
  [
    'nobody is known',
    { peers: [], volume: undefined },
    [
      { do: 'probe', member: 'node-a' },
      { do: 'probe', member: 'witness' },
    ],
  ],
  ['one is not known', { peers: [peer('node-a')] }, [{ do: 'probe', member: 'witness' }]],
  ['one is away before there is a volume', { peers: [peer('node-a', false), peer('witness')], volume: undefined }, []],
  ['one is not in yet', { peers: [peer('node-a'), { ...peer('witness'), member: false }], volume: undefined }, []],
  [
    'all are there',
    { volume: undefined, down: undefined },
    [{ do: 'create' }, { do: 'set', options: { one: '1' } }, { do: 'start' }],
  ],
  [
    'it was made, and no more',
    { volume: { ...volume, started: false, options: {} } },
    [{ do: 'set', options: { one: '1' } }, { do: 'start' }],
  ],
  ['it was set, and not started', { volume: { ...volume, started: false } }, [{ do: 'start' }]],
  ['an option differs', { options: { one: '2', two: '2' } }, [{ do: 'set', options: { one: '2', two: '2' } }]],
  [
    'an option differs, and one is away',
    { options: { one: '2' }, peers: [peer('node-a'), peer('witness', false)] },
    [],
  ],
  ['a brick is down on a member that is there', { down: ['node-a'] }, [{ do: 'start' }]],
  ['its own brick is down', { down: ['node-b'] }, [{ do: 'start' }]],
  ['a brick is down with its member', { down: ['node-a'], peers: [peer('node-a', false), peer('witness')] }, []],
  ['there is no client', { down: undefined }, []],
];
for (const [title, what, steps] of cases)
  test(`plan: ${title}`, () => assert.deepEqual(planVolumes(seen(what)), steps));

const losses: [title: string, of: Partial<Parameters<typeof readOnlyIfLost>[0]>, lost: readonly string[]][] = [
  ['three of three', {}, []],
  ['a node is away', { up: ['node-a', 'witness'] }, ['node-a', 'witness']],
  ['the arbiter is away', { up: ['node-a', 'node-b'] }, ['node-a', 'node-b']],
  ['a node is still being given what it lacks', { sources: ['node-a', 'witness'] }, ['node-a']],
  ['one is left', { up: ['node-a'] }, HOSTS],
  ['without an arbiter', { hosts: ['node-a', 'node-b'], arbiter: false, up: ['node-a', 'node-b'] }, ['node-a']],
  ['without an arbiter, the first alone', { hosts: ['node-a', 'node-b'], arbiter: false, up: ['node-a'] }, ['node-a']],
  [
    'without an arbiter, the second alone',
    { hosts: ['node-a', 'node-b'], arbiter: false, up: ['node-b'] },
    ['node-a', 'node-b'],
  ],
];
for (const [title, of, lost] of losses)
  test(`read-only: ${title}`, () =>
    assert.deepEqual(readOnlyIfLost({ hosts: HOSTS, arbiter: true, up: HOSTS, sources: [], ...of }), lost));
