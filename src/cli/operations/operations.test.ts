// What `operations` prints, for people at several widths and for programs.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { connectivityStart, connectivityStep, connectivityText } from '#engine/connectivity';
import { OPERATIONS } from '#model/operations';
import { siteFolders } from '#model/site';
import { fakeClock } from '#platform/clock';
import { testFolder } from '#platform/process';
import { runCli } from '../program.ts';
import { hanging, shortened, wrap } from './wrap.ts';

const folder = testFolder('operations');
after(() => fs.rmSync(folder, { recursive: true }));
const clock = fakeClock(Date.UTC(2026, 10, 1));
const never = `${folder}/never`;
const linked = `${folder}/linked`;
for (const data of [never, linked]) {
  fs.mkdirSync(siteFolders(data).link, { recursive: true });
  fs.writeFileSync(siteFolders(data).siteFile, '{}');
}
const start = connectivityStart(clock.now());
const { state } = connectivityStep(start, { kind: 'activated', plane: 'hub' }, clock.now() - 3_600_000);
fs.writeFileSync(siteFolders(linked).connectivityFile, connectivityText(state));

async function cli(args: readonly string[], of: { columns?: number; data?: string } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const { exitCode } = await runCli(
    {
      out: { write: (text) => void out.push(text), isTerminal: of.columns !== undefined, columns: of.columns },
      err: { write: (text) => void err.push(text), isTerminal: false },
      clock,
      program: { node: 'node', nodeOptions: [], bundle: (app) => app, env: {} },
      defaultData: of.data ?? never,
      defaultHubData: '/nowhere',
      command: 'holdfast',
      noColor: true,
      absolute: (given) => path.resolve(given),
    },
    ['operations', ...args],
  );
  return { exitCode, out: out.join(''), err: err.join(''), lines: out.join('').split('\n') };
}

test('the table has every operation once, and fits into any terminal from 80 columns on', async () => {
  for (const columns of [80, 100, 120, 160, 250])
    for (const args of [
      [],
      ['--plane', 'hub'],
      ['--mode', 'disconnected', '--plane', 'local'],
      ['--operation', 'vpn'],
    ]) {
      const { lines, exitCode } = await cli(args, { columns });
      assert.equal(exitCode, 0);
      const long = lines.filter((line) => [...line].length > columns);
      assert.deepEqual(long, [], `${args.join(' ')} at ${columns}`);
      if (args.includes('--operation')) continue;
      const shown = lines.map((line) => /^ {2}([a-z][a-z0-9-]*) {2,}\S/.exec(line)?.[1]).filter(Boolean);
      assert.deepEqual(shown.sort(), OPERATIONS.map(({ name }) => name).sort());
    }
});

test('cells say what the catalogue says, and now is where the site stands', async () => {
  const { lines } = await cli([], { columns: 80, data: linked });
  assert.match(lines[0] ?? '', /this site: plane hub, mode SemiConnected/);
  const cells = (name: string) =>
    lines
      .find((line) => line.startsWith(`  ${name} `))
      ?.trim()
      .split(/\s+/);
  assert.deepEqual(cells('change-hub-objects'), ['change-hub-objects', 'refused', ...'⌂⌂⌂⌂✓✗✗']);
  assert.deepEqual(cells('cluster-connect'), ['cluster-connect', 'refused', ...'✗✓✗✗✓✗✗']);
  assert.deepEqual(cells('desired-state'), ['desired-state', 'queued', ...'✗………✓……']);
  assert.deepEqual(cells('vpn'), ['vpn', 'absent', ...'·······']);
});

test('one operation says verdict, reason and workaround for where the site stands or for what was asked', async () => {
  const here = await cli(['--operation', 'site-settings'], { data: linked });
  assert.match(here.out, /^verdict {4}refused on plane hub in mode SemiConnected$/m);
  assert.match(here.out, /^instead {4}take the local plane: holdfast plane take --reason WHY$/m);
  assert.match(here.out, /^› hub {3}SemiConnected {2}refused/m);
  const asked = await cli(['--operation', 'site-settings', '--plane', 'local'], { data: linked });
  assert.match(asked.out, /^verdict {4}works-locally on plane local in mode SemiConnected$/m);
  const neverActivated = await cli(['--operation', 'site-settings', '--mode', 'NotActivated'], { data: linked });
  assert.match(neverActivated.out, /^verdict {4}works-locally on plane local in mode NotActivated$/m);
});

test('programs get every verdict, in the shape that is promised', async () => {
  const { out, err } = await cli(['--json'], { data: linked });
  assert.equal(err, '');
  const { plane, mode, operations } = JSON.parse(out);
  assert.deepEqual([plane, mode, operations.length], ['hub', 'SemiConnected', OPERATIONS.length]);
  for (const operation of operations) {
    assert.deepEqual(Object.keys(operation), ['name', 'title', 'area', 'source', 'doors', 'verdicts']);
    assert.deepEqual(Object.keys(operation.verdicts.local), [
      'NotActivated',
      'Connected',
      'SemiConnected',
      'Disconnected',
    ]);
    assert.deepEqual(Object.keys(operation.verdicts.hub), ['Connected', 'SemiConnected', 'Disconnected']);
    assert.deepEqual(Object.keys(operation.verdicts.hub.Connected), ['verdict', 'reason', 'workaround']);
  }
  const filtered = JSON.parse((await cli(['--json', '--plane', 'hub', '--mode', 'Disconnected'])).out);
  assert.deepEqual(Object.keys(filtered.operations[0].verdicts), ['hub']);
  assert.deepEqual(Object.keys(filtered.operations[0].verdicts.hub), ['Disconnected']);
  const one = JSON.parse((await cli(['--json', '--operation', 'site-settings'], { data: linked })).out);
  assert.deepEqual(
    [one.plane, one.mode, one.verdict, one.operation.name],
    ['hub', 'SemiConnected', 'refused', 'site-settings'],
  );
  assert.deepEqual(one.operation.verdicts.hub.SemiConnected, {
    verdict: 'refused',
    reason: one.reason,
    workaround: one.workaround,
  });
});

test('it works without a site, and says so', async () => {
  const { lines, exitCode } = await cli([], { data: `${folder}/none` });
  assert.equal(exitCode, 0);
  assert.match(lines[0] ?? '', /^no site in .*none: as before activation, plane local, mode NotActivated$/);
});

test('what is unknown or cannot be is wrong usage, with the nearest known', async () => {
  const cases: [args: string[], message: RegExp][] = [
    [['--mode', 'Disconected'], /there is no mode Disconected\ncure: {2}did you mean Disconnected\?/],
    [['--plane', 'hb'], /there is no plane hb\ncure: {2}did you mean hub\?/],
    [['--plane', 'moon'], /there are: local, hub/],
    [['--operation', 'cluster-conect'], /did you mean cluster-connect\?/],
    [['--operation', ''], /there is no operation/],
    [['--plane', 'hub', '--mode', 'NotActivated'], /was never activated has no hub/],
    [['--operation', 'kubectl', '--plane', 'hub'], /the plane hub needs a mode to be asked about/],
  ];
  for (const [args, message] of cases) {
    const { exitCode, err, out } = await cli(args);
    assert.equal(exitCode, 2, args.join(' '));
    assert.match(err, message);
    assert.equal(out, '');
  }
});

test('text is broken between words and cut with a sign', () => {
  assert.deepEqual(wrap('one two three', 7), ['one two', 'three']);
  assert.deepEqual(wrap('a-very-long-word b', 5), ['a-very-long-word', 'b']);
  assert.equal(hanging('one two three four five six', { indent: 2, columns: 22 }), 'one two three four\n  five six');
  assert.equal(shortened('abcdef', 4), 'abc…');
  assert.equal(shortened('abcd', 4), 'abcd');
});
