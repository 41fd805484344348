// Which member may be restarted now, as a table; and that following the plan never has two of three away.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APPLIED_LAG_MAX } from './limits.ts';
import { isInUseEverywhere, type MemberSeen, planMemberRestart } from './member-restart.plan.ts';

const NAMES = ['node-a', 'node-b', 'witness'];
type Change = Partial<MemberSeen> | undefined;
/** Three members, the first leads, all of them started with what was wanted before. */
const seen = (...changes: readonly Change[]): MemberSeen[] =>
  NAMES.map((name, i) => ({
    ...{ name, up: true, leads: i === 0, applied: 5_000, startedWith: 'old', wanted: 'new' },
    ...changes[i],
  }));
const done = { startedWith: 'new' };

const TABLE: Record<string, [members: MemberSeen[], plan: string]> = {
  'nothing was replaced': [seen({ wanted: 'old' }, { wanted: 'old' }, { wanted: 'old' }), 'done'],
  'all are to be restarted: a follower first': [seen(), 'node-b'],
  'then the next follower': [seen(undefined, done), 'witness'],
  'the leader last': [seen(undefined, done, done), 'node-a'],
  'all were': [seen(done, done, done), 'done'],
  'the leader was followed by another': [seen({ leads: false }, { leads: true }, done), 'node-a'],
  'one is being restarted': [seen(undefined, { up: false, startedWith: 'new' }), 'wait: node-b does not answer'],
  'one that needs no restart is away': [seen(done, done, { up: false }), 'wait: witness does not answer'],
  'one has not caught up': [
    seen(undefined, { ...done, applied: 5_000 - APPLIED_LAG_MAX - 1 }),
    'wait: node-b has not caught up',
  ],
  'one is nearly there, as every one is while somebody writes': [
    seen(undefined, { ...done, applied: 5_000 - APPLIED_LAG_MAX }),
    'witness',
  ],
  'an election is on': [seen({ leads: false }), 'wait: nobody leads'],
  'a voter has not got what is new yet': [seen({ wanted: 'old' }, { wanted: 'old' }), 'witness'],
  'a voter has said nothing yet': [seen({ wanted: undefined, startedWith: undefined }, done, done), 'done'],
  'how one was started is not known': [seen(done, { startedWith: undefined }, done), 'node-b'],
};

for (const [what, [members, expected]] of Object.entries(TABLE))
  test(what, () => {
    const plan = planMemberRestart(members);
    const said = plan.kind === 'restart' ? plan.name : plan.kind === 'wait' ? `wait: ${plan.reason}` : plan.kind;
    assert.equal(said, expected);
  });

test('in use everywhere is only what every voter has and was started with', () => {
  assert.equal(isInUseEverywhere(seen(done, done, done), 'new'), true);
  assert.equal(isInUseEverywhere(seen(done, done), 'new'), false);
  assert.equal(isInUseEverywhere(seen(done, done, { startedWith: 'new', wanted: 'newer' }), 'new'), false);
});

test('one after the other, whoever leads, all are restarted, each once', () => {
  for (const leader of NAMES) {
    const restarted: string[] = [];
    for (let turn = 0; turn < 10; turn++) {
      const leads = restarted.includes(leader) ? NAMES.find((name) => name !== leader) : leader;
      const changes = NAMES.map((name) => ({ leads: name === leads, ...(restarted.includes(name) ? done : {}) }));
      const plan = planMemberRestart(seen(...changes));
      if (plan.kind !== 'restart') break;
      restarted.push(plan.name);
    }
    assert.deepEqual(restarted.toSorted(), NAMES);
    assert.equal(restarted.at(-1), leader);
  }
});
