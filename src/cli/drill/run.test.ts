// `drill run` asks before it does anything, and goes on only with a yes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '#platform/clock';
import type { Surroundings } from '../context.ts';
import { runCli } from '../program.ts';
import { reportText, stepText } from './report-text.ts';

async function drill(args: readonly string[], answer?: string) {
  const said: string[] = [];
  const asked: string[] = [];
  const sink = { write: (text: string) => void said.push(text), isTerminal: false };
  const surroundings: Surroundings = {
    out: sink,
    err: sink,
    clock: systemClock,
    program: { node: 'node', nodeOptions: [], bundle: (app) => app, env: {} },
    defaultData: '/nowhere/at-all',
    defaultHubData: '/nowhere',
    command: 'holdfast',
    noColor: true,
    ...(answer !== undefined && {
      ask: async (question) => {
        asked.push(question);
        return answer;
      },
    }),
    absolute: (path) => path,
  };
  const { exitCode } = await runCli(surroundings, ['drill', 'run', ...args]);
  return { exitCode, said: said.join(''), asked: asked.length };
}

test('only a yes goes on, which here finds no site', async () => {
  for (const [args, answer, exitCode, asked, said] of [
    [['clock-jump'], undefined, 2, 0, /nobody is there.*holdfast drill run clock-jump --yes/],
    [['clock-jump'], '', 2, 1, /nothing was done/],
    [['clock-jump'], 'yesterday', 2, 1, /nothing was done/],
    [['clock-jump'], ' Y ', 5, 1, /Ctrl-C puts everything back too[\s\S]*there is no site/],
    [['clock-jump', '--yes'], 'n', 5, 0, /there is no site/],
    [['clock-jump', '--yes', '--seed', '-1'], undefined, 2, 0, /whole number/],
    [['clock-jump', '--yes', '--seed', '4294967296'], undefined, 2, 0, /whole number/],
    [['node-loss'], undefined, 2, 0, /nobody is there.*holdfast drill run node-loss --yes/],
    [['node-loss'], 'yes', 5, 0, /there is no site/],
    [['witness-loss', '--yes'], undefined, 5, 0, /there is no site/],
    [['link-los', '--yes'], undefined, 5, 0, /did you mean link-loss/],
    [[], undefined, 2, 0, /missing required argument/],
  ] as const) {
    const result = await drill(args, answer);
    const what = `${args.join(' ')} / ${answer}`;
    assert.deepEqual([result.exitCode, result.asked], [exitCode, asked], `${what}: ${result.said}`);
    assert.match(result.said, said, what);
  }
});

const plain = (text: string): string => text;
const paint = { good: plain, bad: plain, warn: plain, dim: plain, bold: plain };

test('a report for people', () => {
  const at = '2030-06-01T00:00:00Z';
  assert.equal(stepText({ at, what: 'seen', holds: true, tookMs: 12 }, paint), '  ✓    12 ms  seen');
  assert.equal(stepText({ at, what: 'not seen', holds: false, tookMs: 2100 }, paint), '  ✗    2.1 s  not seen');
  const report = {
    drill: 'clock-jump',
    seed: 3,
    startedAt: at,
    steps: [
      { at, what: 'failed: not seen', tookMs: 2100 },
      { at, what: 'seen', tookMs: 1 },
    ],
    figures: { trustedAgainMs: 1500 },
    verdict: 'failed',
    restored: false,
  } as const;
  assert.equal(
    reportText(report, { file: '/data/report.json', paint }),
    `
drill          clock-jump
seed           3
started        2030-06-01T00:00:00Z
trusted again  1.5 s
verdict        failed, 1 of 2 steps
put back       not yet; holdfastd tries on, see \`holdfast events\`
report         /data/report.json
`,
  );
});
