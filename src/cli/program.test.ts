// The command line from outside: what it prints where, and its exit codes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { WorldError, type WorldErrorCode } from '#base';
import { systemClock } from '#platform/clock';
import { testFolder } from '#platform/process';
import { contextOf, type Surroundings } from './context.ts';
import { exitCodeOf } from './exit-codes.ts';
import { HUB_NOUN } from './hub/noun.ts';
import { paintFor, table } from './output.ts';
import { runCli } from './program.ts';

const folder = testFolder('cli');
after(() => fs.rmSync(folder, { recursive: true }));

function surroundings(out: string[], err: string[]): Surroundings {
  const sink = (lines: string[]) => ({ write: (text: string) => void lines.push(text), isTerminal: false });
  return {
    out: sink(out),
    err: sink(err),
    clock: systemClock,
    program: { node: 'node', nodeOptions: [], bundle: (app) => app, env: {} },
    defaultData: `${folder}/none`,
    defaultHubData: `${folder}/no-hub`,
    command: 'holdfast',
    noColor: true,
    absolute: (given) => path.resolve(given),
  };
}

async function cli(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const { exitCode } = await runCli(surroundings(out, err), args);
  return { exitCode, out: out.join(''), err: err.join('') };
}

test('every verb has help with an example', async () => {
  const { out, exitCode } = await cli('--help');
  assert.equal(exitCode, 0);
  const verbs = [...out.matchAll(/^ {2}([a-z]+) .*\[/gm)]
    .map((match) => match[1] ?? '')
    .filter((verb) => verb !== 'help');
  assert.ok(verbs.includes('up') && verbs.includes('status'));
  const nouns = {
    clock: ['confirm'],
    image: ['import', 'list', 'delete', 'pin', 'unpin'],
    registry: ['credentials', 'ca'],
    user: ['create', 'list', 'grant', 'revoke', 'delete'],
    certificates: ['list', 'renew'],
    plane: ['take', 'give'],
    settings: ['set', 'unset'],
    link: ['status', 'activate', 'deactivate', 'cut', 'restore'],
    node: ['list', 'forecast'],
    drill: ['list', 'run'],
    hub: HUB_NOUN.verbs.map((verb) => verb(contextOf(surroundings([], []))).declaration.name()),
  };
  const below = Object.entries(nouns).flatMap(([noun, of]) => of.map((verb) => [noun, verb]));
  const themselves = ['clock', 'plane', 'settings'];
  const alone = verbs.filter((verb) => !(verb in nouns) || themselves.includes(verb)).map((verb) => [verb]);
  for (const words of [...alone, ...below]) {
    const help = await cli(...words, '--help');
    assert.equal(help.exitCode, 0);
    assert.match(help.out, new RegExp(`Example:\\n {2}.*holdfast ${words.join(' ')}`), words.join(' '));
    assert.match(help.out, /--data <dir>/, words.join(' '));
  }
});

test('what is unknown is refused with the nearest known', async () => {
  assert.match((await cli('statu')).err, /unknown command 'statu'\n\(Did you mean status\?\)/);
  const option = await cli('status', '--jsno');
  assert.equal(option.exitCode, 2);
  assert.match(option.err, /Did you mean --json\?/);
  assert.equal((await cli('up', '--runtime', 'docker')).exitCode, 2);
  assert.match((await cli('up', '--worker-memory', 'much')).err, /It must be an amount such as 8Gi/);
});

test('a time that is none is refused by name', async () => {
  for (const wrong of [
    'tomorrow',
    '2027-03-01',
    '2027-03-01T12:00:00',
    '2027-02-30T12:00:00Z',
    '2027-03-01T25:00:00Z',
  ]) {
    const { exitCode, err } = await cli('clock', 'confirm', '--time', wrong);
    assert.equal(exitCode, 2, wrong);
    assert.match(err, /It must be a time such as 2027-03-01T12:00:00Z/);
  }
  const both = await cli('clock', 'confirm', '--time', '2027-03-01T12:00:00+02:00', '--undo');
  assert.equal(both.exitCode, 2);
  assert.match(both.err, /--time and --undo cannot be given together\ncure:/);
  assert.match((await cli('clock', 'confirm', '--data', `${folder}/other`)).err, /there is no site in .*other/);
});

test('a site that is not there', async () => {
  for (const verb of ['status', 'down', 'kubeconfig', 'events', 'logs', 'destroy', 'clock']) {
    const { exitCode, err, out } = await cli(verb);
    assert.equal(exitCode, 5, verb);
    assert.match(err, /there is no site in .*\ncure:/);
    assert.equal(out, '');
  }
});

test('a hub that is not there, and options of its verbs', async () => {
  const asked: Record<string, string[]> = {
    site: ['x'],
    approve: ['x'],
    revoke: ['x'],
    'request-log': ['x'],
    journal: ['x'],
  };
  for (const verb of ['status', 'down', 'token', 'sites', 'users', ...Object.keys(asked)]) {
    const { exitCode, err, out } = await cli('hub', verb, ...(asked[verb] ?? []));
    assert.equal(exitCode, 5, verb);
    assert.match(err, /there is no hub in .*\ncure:/);
    assert.equal(out, '');
  }
  assert.equal((await cli('hub', 'token', '--hours', 'many')).exitCode, 2);
  assert.equal((await cli('hub', 'resolve', 'x', 'v1/ConfigMap/a/b', '--keep', 'both')).exitCode, 2);
  assert.match((await cli('hub', 'up', '--address', 'https://x')).err, /without a port/);
  assert.match((await cli('hub', 'desired', 'x', '--path', 'a')).err, /give --git URL too/);
  assert.ok(!fs.existsSync(`${folder}/no-hub`), 'asking makes nothing');
});

test('events are told though a power cut has damaged one', async () => {
  const data = `${folder}/cut`;
  const site = { formatVersion: 1, id: 'ab12cd', name: 'cut', runtime: 'simulated', network: {}, ports: {} };
  fs.mkdirSync(`${data}/logs`, { recursive: true });
  fs.writeFileSync(`${data}/site.json`, JSON.stringify({ ...site, machines: [], clusters: [] }));
  const event = (reason: string): string =>
    JSON.stringify({ time: '1970-01-01T00:00:00Z', type: 'Normal', subject: 'cut', reason, message: '' });
  const lines = [event('Starting'), event('Torn').slice(0, 30), `\0\0${event('Ready')}`];
  fs.writeFileSync(`${data}/logs/events.jsonl`, `${lines.join('\n')}\n`);
  const { exitCode, out, err } = await cli('events', '--json', '--data', data);
  assert.equal(exitCode, 0, err);
  const { events } = JSON.parse(out) as { events: { reason: string }[] };
  assert.deepEqual(
    events.map(({ reason }) => reason),
    ['Starting', 'Ready'],
  );
  assert.match(err, /a damaged line was left out/);
});

test('a data folder that cannot be used', async () => {
  const { exitCode, err } = await cli('status', '--data', `/tmp/${'x'.repeat(80)}`);
  assert.equal(exitCode, 2);
  assert.match(err, /leave room for the unix sockets/);
  fs.writeFileSync(`${folder}/site.json`, JSON.stringify({ formatVersion: 99 }));
  assert.match((await cli('status', '--data', folder)).err, /has format 99/);
});

test('every failure has an exit code', () => {
  const expected: Record<WorldErrorCode, number> = {
    Unavailable: 1,
    NotFound: 5,
    Conflict: 6,
    Denied: 1,
    Exhausted: 1,
    Corrupt: 1,
    Unsupported: 1,
    Invalid: 2,
    Refused: 4,
    Ambiguous: 1,
    Failed: 1,
  };
  for (const [code, exit] of Object.entries(expected))
    assert.equal(exitCodeOf(new WorldError(code as WorldErrorCode, '')), exit);
  assert.equal(exitCodeOf(new Error('bug')), 1);
});

test('columns are aligned whatever their colour', () => {
  const paint = paintFor({ write: () => undefined, isTerminal: true }, { noColor: false });
  const lines = table(
    ['a', 'b'],
    [
      [paint.good('long'), 'x'],
      ['s', 'y'],
    ],
    paint,
  ).split('\n');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character starts a colour
  const plain = lines.map((line) => line.replaceAll(/\u001b\[[0-9]*m/g, ''));
  assert.deepEqual(plain, ['A     B', 'long  x', 's     y']);
});
