// Journal, courier and receiver are killed at random moments, dozens of times: what was kept arrives, once, in order.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { seededRandom } from '#base';
import { testFolder } from '#platform/process';

const PART = path.join(import.meta.dirname, 'journal-part.ts');
const KILLS = 40;
const NAMES = ['producer', 'courier', 'receiver'] as const;
type Name = (typeof NAMES)[number];

const folder = testFolder('journal-kill');
const running = new Map<Name, ChildProcess>();
after(() => {
  for (const child of running.values()) child.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true });
});

/** Lines that any process said, and who waits for more of them. */
const heard = { kept: new Set<number>(), tried: 0, lines: 0, failures: new Set<string>() };
let wake: () => void = () => undefined;

function hear(line: string): string {
  heard.lines++;
  const [word = '', number = ''] = line.split(' ');
  if (word === 'kept') heard.kept.add(Number(number));
  if (word === 'failed' && !/nobody answers|no answer/.test(line)) heard.failures.add(line);
  wake();
  return word;
}

const next = (): Promise<void> =>
  new Promise((resolve) => {
    wake = resolve;
  });

/** Starts a part; `words` gets what it says. */
function start(name: Name, words: string[] = []): void {
  // What was tried when the producer was killed may be there, or not: numbers are not used again.
  heard.tried = Math.max(heard.tried, ...heard.kept) + 1000;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', PART, name, folder, `${heard.tried}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) words.push(hear(line));
  });
  running.set(name, child);
}

async function kill(name: Name): Promise<void> {
  const child = running.get(name);
  const gone = new Promise((resolve) => child?.once('exit', resolve));
  child?.kill('SIGKILL');
  await gone;
}

test('what was kept arrives once and in order, whoever is killed when', { timeout: 300_000 }, async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`seed ${seed}`);
  const { below } = seededRandom(seed);
  for (const name of NAMES) start(name);
  const killed = { producer: 0, courier: 0, receiver: 0 };
  for (let kills = 0; kills < KILLS; kills++) {
    const until = heard.lines + 1 + below(40);
    while (heard.lines < until) await next();
    const name = NAMES[below(NAMES.length)] as Name;
    await kill(name);
    killed[name]++;
    start(name);
  }
  assert.ok(
    Object.values(killed).every((count) => count > 5),
    JSON.stringify(killed),
  );
  await kill('producer');
  // A courier that began after the last record was written, and then finds nothing, has carried everything.
  await kill('courier');
  const words: string[] = [];
  start('courier', words);
  while (!words.includes('empty')) await next();
  for (const name of ['courier', 'receiver'] as const) await kill(name);

  const database = new DatabaseSync(`${folder}/receiver.db`);
  const rows = database.prepare('SELECT stream, sequence, first, kind, n FROM journal ORDER BY id').all();
  database.close();
  const last = new Map<unknown, number>();
  for (const { stream, sequence, first } of rows) {
    const before = last.get(stream) ?? 0;
    assert.ok(
      Number(first) <= before + 1 && Number(sequence) > before,
      `${stream}: ${first}..${sequence} after ${before}`,
    );
    last.set(stream, Number(sequence));
  }
  const audits = rows.filter(({ kind }) => kind === 'audit').map(({ n }) => Number(n));
  assert.equal(new Set(audits).size, audits.length, 'an audit record came twice');
  assert.deepEqual(
    audits,
    audits.toSorted((a, b) => a - b),
  );
  const there = new Set(audits);
  assert.deepEqual(
    [...heard.kept].filter((n) => !there.has(n)),
    [],
    'an audit record that was kept did not arrive',
  );
  assert.deepEqual([...heard.failures], []);
  t.diagnostic(
    `${audits.length} audit records, ${heard.kept.size} said to be kept, ${last.size} streams, ${rows.length} rows; killed ${JSON.stringify(killed)}`,
  );
});
