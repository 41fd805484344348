// The plan's table, row by row: facts, inventory and choices in, one decision out.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DesiredObject, Resolution } from '#model/link';
import type { Standing } from '#model/site';
import { type Decision, isBrought, type ObjectFacts, planDesired } from './apply.plan.ts';
import { type Differences, SAME } from './differences.ts';
import type { InventoryItem } from './inventory.ts';

const OBJECT = 'v1/ConfigMap/a/m';
const MANIFEST: DesiredObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'a', name: 'm' },
  data: { x: '2' },
};
const OLDER = { ...MANIFEST, data: { x: '1' } };
const DIFFERENT: Differences = { paths: ['data.x'], replaced: ['data.x'] };
const ADDS: Differences = { paths: ['data.x'], replaced: [] };
const CONNECTED: Standing = { plane: 'hub', mode: 'Connected' };
const AWAY: Standing = { plane: 'hub', mode: 'Disconnected' };
const LOCAL: Standing = { plane: 'local', mode: 'Connected' };

const present = (more: Partial<Extract<ObjectFacts, { kind: 'present' }>> = {}): ObjectFacts => ({
  kind: 'present',
  uid: 'u',
  isHeld: true,
  fromWanted: SAME,
  fromApplied: SAME,
  ...more,
});
const ABSENT: ObjectFacts = { kind: 'absent' };
const FOREIGN = present({ isHeld: false, fromWanted: DIFFERENT });
const DRIFTED = present({ fromWanted: DIFFERENT, fromApplied: DIFFERENT });
const applied = (more: Partial<InventoryItem> = {}): InventoryItem => ({
  object: OBJECT,
  applied: MANIFEST,
  revision: 3,
  uid: 'u',
  adopted: false,
  ...more,
});
const DIFFERS = { differs: { spent: false } };
const SPENT_IN_5 = applied({ differs: { spent: true, spentIn: 5 } });

interface Row {
  readonly found: ObjectFacts;
  readonly item?: InventoryItem;
  readonly choice?: Resolution['keep'];
  readonly chosenIn?: number;
  readonly at?: Standing;
  readonly isToSettle?: boolean;
  readonly isWanted?: boolean;
  readonly manifest?: DesiredObject;
}

function decide({
  found,
  item,
  choice,
  chosenIn,
  at = CONNECTED,
  isToSettle = false,
  isWanted = true,
  manifest = MANIFEST,
}: Row): Decision {
  const object = manifest === MANIFEST ? OBJECT : [manifest.apiVersion, manifest.kind, 'a', 'm'].join('/');
  const plan = planDesired({
    desired: {
      revision: 7,
      source: '',
      manifests: isWanted ? [manifest] : [],
      settings: {},
      resolutions: choice ? [{ object, keep: choice, ...(chosenIn !== undefined && { revision: chosenIn }) }] : [],
    },
    inventory: { version: 1, revision: 3, items: item ? { [object]: { ...item, object } } : {} },
    facts: new Map([[object, found]]),
    standing: at,
    isToSettle,
  });
  assert.equal(plan.length, 1);
  return plan[0] as Decision;
}

/** Name, given, then action and state. */
type Case = readonly [string, Row, Decision['action']['kind'], Decision['state']];

const JOB: DesiredObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { namespace: 'a', name: 'm' },
  spec: { ttlSecondsAfterFinished: 1 },
};

const WANTED: readonly Case[] = [
  ['new', { found: ABSENT }, 'apply', 'applied'],
  ['new, while the link is away: the hub has said it', { found: ABSENT, at: AWAY }, 'apply', 'applied'],
  ['new, on the local plane', { found: ABSENT, at: LOCAL }, 'none', 'drifted'],
  ['here before, with other values', { found: FOREIGN }, 'none', 'differs'],
  ['here before, and only added to', { found: present({ isHeld: false, fromWanted: ADDS }) }, 'apply', 'applied'],
  ['here before, chosen hub', { found: FOREIGN, choice: 'hub' }, 'apply', 'applied'],
  ['here before, chosen local', { found: FOREIGN, choice: 'local' }, 'none', 'kept-local'],
  ['the same', { found: present(), item: applied() }, 'none', 'applied'],
  ['the same, not recorded before a crash', { found: present() }, 'none', 'applied'],
  ['another manifest', { found: DRIFTED, item: applied({ applied: OLDER }) }, 'apply', 'applied'],
  ['another manifest, away', { found: DRIFTED, item: applied({ applied: OLDER }), at: AWAY }, 'apply', 'applied'],
  ['drifted', { found: DRIFTED, item: applied() }, 'apply', 'applied'],
  ['drifted, away', { found: DRIFTED, item: applied(), at: AWAY }, 'none', 'drifted'],
  ['deleted', { found: ABSENT, item: applied() }, 'apply', 'applied'],
  ['deleted, away', { found: ABSENT, item: applied(), at: AWAY }, 'none', 'drifted'],
  ['changed, local plane', { found: DRIFTED, item: applied(), at: LOCAL }, 'none', 'differs'],
  ['deleted, local plane', { found: ABSENT, item: applied(), at: LOCAL }, 'none', 'differs'],
  [
    'another manifest, local plane',
    { found: present({ fromWanted: DIFFERENT }), item: applied({ applied: OLDER }), at: LOCAL },
    'none',
    'drifted',
  ],
  ['changed, plane just given back', { found: DRIFTED, item: applied(), isToSettle: true }, 'none', 'differs'],
  ['deleted, plane just given back', { found: ABSENT, item: applied(), isToSettle: true }, 'none', 'differs'],
  [
    'changed, given back, an old choice for the hub',
    { found: DRIFTED, item: applied(), isToSettle: true, choice: 'hub' },
    'none',
    'differs',
  ],
  [
    'not changed, given back, another manifest',
    { found: present({ fromWanted: DIFFERENT }), item: applied({ applied: OLDER }), isToSettle: true },
    'apply',
    'applied',
  ],
  ['undecided', { found: DRIFTED, item: applied(DIFFERS) }, 'none', 'differs'],
  ['undecided, away', { found: DRIFTED, item: applied(DIFFERS), at: AWAY }, 'none', 'differs'],
  ['undecided, put back by hand', { found: present(), item: applied(DIFFERS) }, 'none', 'applied'],
  ['chosen hub', { found: DRIFTED, item: applied(DIFFERS), choice: 'hub' }, 'apply', 'applied'],
  [
    'chosen hub before it was changed',
    { found: DRIFTED, item: applied({ differs: { spent: true } }), choice: 'hub' },
    'none',
    'differs',
  ],
  ['chosen hub again', { found: DRIFTED, item: SPENT_IN_5, choice: 'hub', chosenIn: 6 }, 'apply', 'applied'],
  [
    'chosen hub, the same choice still',
    { found: DRIFTED, item: SPENT_IN_5, choice: 'hub', chosenIn: 5 },
    'none',
    'differs',
  ],
  ['chosen local', { found: DRIFTED, item: applied(DIFFERS), choice: 'local' }, 'release', 'kept-local'],
  [
    'chosen local and released',
    { found: present({ isHeld: false, fromWanted: DIFFERENT }), item: applied(DIFFERS), choice: 'local' },
    'none',
    'kept-local',
  ],
  ['not told', { found: { kind: 'unknown', why: 'x' }, item: applied() }, 'none', 'failed'],
  ['a job, new', { found: ABSENT, manifest: JOB }, 'apply', 'applied'],
  ['a job that ran and is gone', { found: ABSENT, manifest: JOB, item: applied({ applied: JOB }) }, 'none', 'applied'],
  [
    'a job that may have run',
    { found: ABSENT, manifest: JOB, item: { object: '', adopted: false, sent: JOB } },
    'none',
    'failed',
  ],
  [
    'a job that cannot have been cleared away',
    { found: ABSENT, manifest: { ...JOB, spec: {} }, item: { object: '', adopted: false, sent: { ...JOB, spec: {} } } },
    'apply',
    'applied',
  ],
];

const UNWANTED: readonly Case[] = [
  ['brought', { found: present(), item: applied() }, 'delete', 'pruned'],
  ['brought, away: the hub has said it', { found: present(), item: applied(), at: AWAY }, 'delete', 'pruned'],
  ['brought, local plane', { found: present(), item: applied(), at: LOCAL }, 'none', 'drifted'],
  ['gone', { found: ABSENT, item: applied() }, 'none', 'pruned'],
  ['here before', { found: present(), item: applied({ adopted: true }) }, 'release', 'kept-local'],
  ['another object of its name', { found: present({ uid: 'v' }), item: applied() }, 'release', 'kept-local'],
  ['changed here, undecided', { found: DRIFTED, item: applied(DIFFERS) }, 'none', 'differs'],
  ['changed here, local plane', { found: DRIFTED, item: applied(), at: LOCAL }, 'none', 'differs'],
  ['changed here, chosen hub', { found: DRIFTED, item: applied(DIFFERS), choice: 'hub' }, 'delete', 'pruned'],
  ['changed here, chosen local', { found: DRIFTED, item: applied(DIFFERS), choice: 'local' }, 'release', 'kept-local'],
  [
    'with strangers in it',
    { found: present({ content: ['v1/Secret/m/s'] }), item: applied() },
    'release',
    'kept-local',
  ],
  [
    'written, not recorded before a crash',
    { found: present(), item: { object: OBJECT, adopted: false } },
    'delete',
    'pruned',
  ],
  ['never applied', { found: FOREIGN, item: { object: OBJECT, adopted: false, ...DIFFERS } }, 'none', 'kept-local'],
  ['not told', { found: { kind: 'unknown', why: 'x' }, item: applied() }, 'none', 'failed'],
];

const rows = (cases: readonly Case[], isWanted: boolean): void => {
  for (const [name, row, action, state] of cases)
    it(name, () => {
      const decided = decide({ ...row, isWanted });
      assert.deepEqual([decided.action.kind, decided.state], [action, state]);
      const isSettled = decided.state === 'pruned' || decided.action.kind === 'release';
      if (!isWanted && isSettled) assert.equal(decided.isForgotten, true);
    });
};

describe('wanted', () => rows(WANTED, true));
describe('not wanted any more', () => rows(UNWANTED, false));

it('applies what others stand on first, prunes it last, and refuses what is listed twice', () => {
  const object = (kind: string, name: string): DesiredObject => ({ apiVersion: 'v1', kind, metadata: { name } });
  const manifests = [object('Pod', 'p'), object('ConfigMap', 'c'), object('Namespace', 'n'), object('Pod', 'p')];
  const gone = ['v1/Namespace//old', 'v1/Pod//old', 'v1/ConfigMap//old'];
  const plan = planDesired({
    desired: { revision: 1, source: '', manifests, settings: {}, resolutions: [] },
    inventory: {
      version: 1,
      revision: 0,
      items: Object.fromEntries(gone.map((one) => [one, applied({ object: one })])),
    },
    facts: new Map([
      ...manifests.map(({ kind, metadata }) => [`v1/${kind}//${metadata.name}`, ABSENT] as const),
      ...gone.map((one) => [one, present(one.includes('Namespace') ? { content: gone.slice(1) } : {})] as const),
    ]),
    standing: CONNECTED,
    isToSettle: false,
  });
  assert.deepEqual(
    plan.map(({ object: one, action, state }) => `${one} ${action.kind} ${state}`),
    [
      'v1/Namespace//n apply applied',
      'v1/ConfigMap//c apply applied',
      'v1/Pod//p apply applied',
      'v1/Pod//p none failed',
      'v1/Pod//old delete pruned',
      'v1/ConfigMap//old delete pruned',
      'v1/Namespace//old delete pruned',
    ],
  );
});

it('a job that was sent when the process ended is remembered, pass after pass, and not begun a second time', () => {
  let item: InventoryItem | undefined = { object: OBJECT, adopted: false, sent: JOB };
  for (let pass = 1; pass <= 3; pass++) {
    const decision = decide({ found: ABSENT, item, manifest: JOB });
    assert.deepEqual([decision.action.kind, decision.state], ['none', 'failed'], `pass ${pass}`);
    item = isBrought(decision) ? decision.item : undefined;
  }
});
