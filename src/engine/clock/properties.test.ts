// Lives of a site's clock by random sequences: what must hold whatever happens. Each failure names its seed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom } from '#base';
import { DAY_MS, TrialMachine, YEAR_MS } from './clock.fixture.ts';
import { AGREES_MS, CHIP_MS } from './limits.ts';
import { ratchetSlack, ratchetTime, siteTime } from './line.ts';
import { ntpQuorum } from './ntp-quorum.ts';
import { toldClock } from './status.ts';

const SEEDS = 400;
const STEPS = 60;
const HOUR_MS = 3_600_000;
const NOISE_MS = 200;

const ratchetOf = (machine: TrialMachine): number => ratchetTime(machine.state, machine.reading());
const timeOf = (machine: TrialMachine): number => siteTime(machine.state, machine.reading());
const chance = (random: Random, ...spans: readonly number[]): number =>
  (spans[random.below(spans.length)] ?? 0) * random.next();

/** One thing that may happen. Whoever vouches for a time here says the truth; the system clock says anything. */
function happen(machine: TrialMachine, random: Random): string {
  switch (random.below(9)) {
    case 0:
      machine.off(chance(random, HOUR_MS, 30 * DAY_MS, 1.5 * YEAR_MS), { orderly: random.below(3) > 0 });
      machine.boot();
      return 'off and on';
    case 1: {
      const clocks = [0, Date.UTC(2099, 0, 1), machine.trueMs - 3 * DAY_MS, machine.trueMs + YEAR_MS, machine.trueMs];
      machine.off(10_000 + chance(random, HOUR_MS, DAY_MS)).boot(clocks[random.below(clocks.length)]);
      return 'a start with another clock';
    }
    case 2:
      machine.stepSystem(chance(random, HOUR_MS, 10 * YEAR_MS, -10 * YEAR_MS, -machine.systemOffMs));
      return 'the system clock is set';
    case 3:
      machine.sample('hub', chance(random, NOISE_MS, -NOISE_MS), NOISE_MS);
      return 'vouched';
    case 4:
      machine.sample('ntp', chance(random, NOISE_MS, -NOISE_MS), NOISE_MS);
      return 'vouched';
    case 5:
      machine.restart();
      return 'restart';
    default:
      machine.run(chance(random, HOUR_MS, DAY_MS, 60 * DAY_MS));
      return 'time passes';
  }
}

test('the ratchet never falls, never rises but by elapsed time or a vouched one, and never passes the truth', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    const machine = new TrialMachine();
    machine.driftShare = (random.next() - 0.5) * 2 * 114e-6;
    machine.boot();
    for (let i = 0; i < STEPS; i++) {
      const before = { ratchet: machine.saved?.ratchet.timeMs ?? 0, trueMs: machine.trueMs, live: ratchetOf(machine) };
      const what = happen(machine, random);
      const at = `seed ${seed}, step ${i}, ${what}`;
      const now = ratchetOf(machine);
      if (what === 'time passes') assert.ok(now >= before.live - 1, `${at}: it fell`);
      assert.ok((machine.saved?.ratchet.timeMs ?? 0) >= before.ratchet, `${at}: what is written down fell`);
      const elapsed = (machine.trueMs - before.trueMs) * (1 + 114e-6) + machine.bootMs;
      if (what !== 'vouched') assert.ok(now <= before.live + elapsed + 1, `${at}: it rose by more than what passed`);
      const slack = ratchetSlack(machine.state, machine.reading()) + 2 * NOISE_MS;
      assert.ok(now <= machine.trueMs + slack, `${at}: it passed the truth by ${now - machine.trueMs} ms`);
    }
  }
});

test('whatever the system clock did, the truth is told again at the first word of the hub', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const random = seededRandom(seed);
    const machine = new TrialMachine().boot();
    for (let i = 0; i < 20; i++) happen(machine, random);
    machine.off(DAY_MS).boot().sample('hub', 0, NOISE_MS);
    assert.ok(Math.abs(timeOf(machine) - machine.trueMs) <= AGREES_MS + 2 * NOISE_MS, `seed ${seed}`);
    assert.equal(machine.state.doubt, undefined, `seed ${seed}`);
    const { offsetMs } = toldClock(machine.state, machine.reading());
    assert.ok(Math.abs(machine.reading().systemMs + offsetMs - machine.trueMs) <= AGREES_MS + 2 * NOISE_MS);
  }
});

test('one start at 1970 or 2099, followed by a right one, leaves everything as without it', () => {
  for (let seed = 1; seed <= SEEDS; seed++)
    for (const wrong of [0, Date.UTC(2099, 0, 1)]) {
      const ranMs = chance(seededRandom(seed), HOUR_MS, 20 * DAY_MS);
      const life = (bad: boolean): TrialMachine => {
        const random = seededRandom(seed);
        const machine = new TrialMachine().boot().sample('hub');
        machine.run(chance(random, DAY_MS, 300 * DAY_MS)).off(chance(random, HOUR_MS, YEAR_MS));
        if (bad) {
          machine.boot(wrong).run(ranMs).off(HOUR_MS);
          assert.ok(timeOf(machine) < machine.trueMs + 1, 'it never runs ahead of the truth');
        } else machine.off(ranMs + HOUR_MS);
        machine.boot(machine.trueMs);
        return machine;
      };
      const [good, poisoned] = [life(false), life(true)];
      const shown = (machine: TrialMachine) => ({
        time: timeOf(machine) - machine.trueMs,
        basis: machine.state.basis,
        doubt: machine.state.doubt?.kind,
        corroborated: machine.state.corroborated?.atMs,
      });
      assert.deepEqual(shown(poisoned), shown(good), `seed ${seed}`);
      const risen = ratchetOf(poisoned) - ratchetOf(good);
      assert.ok(
        risen >= 0 && risen <= ranMs + 10_000,
        `seed ${seed}: only the time that passed in it is known besides`,
      );
    }
});

test('an hour of drift a year is put right without a word, for years', () => {
  for (const share of [114e-6, -114e-6]) {
    const machine = new TrialMachine().boot();
    machine.driftShare = share;
    machine.sample('hub');
    for (let day = 0; day < 5 * 365; day++) {
      machine.run(DAY_MS).sample('hub');
      assert.deepEqual(machine.told, [], `day ${day}`);
      assert.ok(Math.abs(timeOf(machine) - machine.trueMs) < 1000);
    }
    machine.run(YEAR_MS);
    assert.ok(Math.abs(Math.abs(timeOf(machine) - machine.trueMs) - HOUR_MS) < 10_000, 'a year alone costs an hour');
    machine.sample('hub');
    assert.deepEqual([timeOf(machine) - machine.trueMs, machine.state.doubt], [0, undefined]);
    machine.off(HOUR_MS);
    machine.boot(machine.reading().systemMs - CHIP_MS / 2);
    assert.equal(machine.state.doubt, undefined, 'and the chip may be behind after that');
  }
});

test('time servers that lie move nothing as long as they are the minority, silent ones counted', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const random = seededRandom(seed);
    const configured = 1 + random.below(9);
    const liars = random.below(Math.ceil(configured / 2));
    const silent = random.below(configured - liars + 1);
    const lie = (random.next() - 0.5) * YEAR_MS;
    const truth = (random.next() - 0.5) * DAY_MS;
    const answers = Array.from({ length: configured - silent }, (_, i) => {
      const uncertaintyMs = 1 + 200 * random.next();
      const off = (random.next() * 2 - 1) * uncertaintyMs;
      const lies = i < liars;
      return {
        server: lies ? `liar-${i}` : `true-${i}`,
        offsetMs: lies ? lie : truth + off,
        uncertaintyMs: lies ? 1e-3 : uncertaintyMs,
      };
    });
    const found = ntpQuorum(answers, configured);
    const honest = answers.filter(({ server }) => server.startsWith('true')).length;
    if (honest > configured / 2) {
      assert.equal(found.kind, 'agreed', `seed ${seed}`);
      if (found.kind === 'agreed') assert.ok(Math.abs(found.offsetMs - truth) <= 201, `seed ${seed}`);
    } else if (found.kind === 'agreed') assert.fail(`seed ${seed}: no majority was there`);
  }
  assert.equal(ntpQuorum([], 0).kind, 'none');
  assert.equal(ntpQuorum([{ server: 'only', offsetMs: 5, uncertaintyMs: 1 }], 1).kind, 'agreed');
});
