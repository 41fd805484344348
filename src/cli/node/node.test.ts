// `node`: what people and programs are told of nodes, and of what the loss of each would cost.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PairForecast } from '#model/site';
import { systemClock } from '#platform/clock';
import { contextOf, type Surroundings } from '../context.ts';
import { runCli } from '../program.ts';
import { forecastText } from './forecast-text.ts';
import { restartText } from './restart.ts';

const sink = (lines: string[] = []) => ({ write: (text: string) => void lines.push(text), isTerminal: false });
const surroundings = (out: string[] = [], err: string[] = []): Surroundings => ({
  out: sink(out),
  err: sink(err),
  clock: systemClock,
  program: { node: 'node', nodeOptions: [], bundle: (app) => app, env: {} },
  defaultData: '/nowhere/at-all',
  defaultHubData: '/nowhere',
  command: 'holdfast',
  noColor: true,
  absolute: (path) => path,
});

const GIB = 2 ** 30;
const none = { wouldNotFit: 0, wouldEnd: 0 };
const forecast: PairForecast = {
  whole: true,
  breach: 'refuse',
  budgetPercent: 50,
  budget: [
    { resource: 'cpu', allocatable: 4000, allowed: 2000, requested: 2500 },
    { resource: 'memory', allocatable: 8 * GIB, allowed: 4 * GIB, requested: GIB / 2 },
  ],
  losses: [
    {
      node: 'node-a',
      survives: false,
      resources: [{ resource: 'cpu', allocatable: 2000, requestedNow: 1000, requestedThen: 2500 }],
      wouldNotFit: [
        { pod: 'shop/web', lossOf: 'node-a', reason: 'Insufficient cpu' },
        { pod: 'lab/model', lossOf: 'node-a', reason: 'Insufficient example.org/gpu', device: 'example.org/gpu' },
      ],
      wouldEnd: ['shop/bare'],
      more: { wouldNotFit: 3, wouldEnd: 0 },
    },
    { node: 'node-b', survives: true, resources: [], wouldNotFit: [], wouldEnd: [], more: none },
  ],
};
const text = (told: PairForecast): string => forecastText(contextOf(surroundings()), told);

test('people see the budget, the arithmetic of each loss, and who would have no place for which reason', () => {
  assert.equal(
    text(forecast),
    `budget                    50 percent of each node
cpu                       2.5 cores of 2 cores asked for
memory                    0.5 GiB of 4 GiB asked for
pods that would break it  refused

loss of node-a: not survived
  ON WHAT IS LEFT  ASKED NOW  ASKED THEN  THERE
  cpu              1 core     2.5 cores   2 cores
  ✗ shop/web: Insufficient cpu
  ! lab/model: Insufficient example.org/gpu
  · shop/bare: ends with its node
  and 3 more

loss of node-b: survived
`,
  );
  assert.match(text({ ...forecast, breach: 'warn' }), /break it {2}let in with a warning$/m);
  assert.match(
    text({ ...forecast, whole: false }),
    /break it {2}let in: a node is away or takes no pods; refused otherwise$/m,
  );
});

test('people see which node is restarted, what is done with it, what it waits for, and how it ended', () => {
  const restart = { id: 'r', left: ['node-a', 'witness'], done: ['node-b'], step: 'drain', drainMs: 1 } as const;
  assert.equal(restartText(restart), 'node-a (2 of 3): its pods go to the other node');
  assert.match(
    restartText({ ...restart, waitsFor: 'pods of node-a to go: d/p' }),
    /; waits for pods of node-a to go: d\/p$/,
  );
  assert.equal(restartText({ ...restart, ended: { how: 'stopped', reason: 'why' } }), 'stopped: why');
  assert.equal(restartText({ ...restart, ended: { how: 'done', reason: 'restarted: all' } }), 'restarted: all');
});

test('a time-out that is no number of seconds is refused', async () => {
  for (const text of ['soon', '0', '86401'])
    assert.equal((await runCli(surroundings(), ['node', 'restart', '--timeout', text])).exitCode, 2);
});

test('without a site all say so', async () => {
  for (const verb of ['list', 'forecast', 'restart']) {
    const err: string[] = [];
    const { exitCode } = await runCli(surroundings([], err), ['node', verb]);
    assert.equal(exitCode, 5);
    assert.match(err.join(''), /there is no site/);
  }
});
