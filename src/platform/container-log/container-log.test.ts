// Logs in the form that runtimes write, read and rotated.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { testFolder } from '#platform/process';
import { type ReadLogOptions, readLog, rotateLog } from './index.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = testFolder('container-log');
  file = path.join(folder, '0.log');
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const line = (second: number, text: string, tag = 'F', stream = 'stdout'): string =>
  `2026-01-01T00:00:${String(second).padStart(2, '0')}.123456789Z ${stream} ${tag} ${text}\n`;

async function read(options: Partial<ReadLogOptions> = {}): Promise<string> {
  let text = '';
  await readLog(file, { clock: systemClock, ...options }, (piece) => {
    text += piece.toString();
  });
  return text;
}

test('tail, since, timestamps, stream and limit', async () => {
  fs.writeFileSync(file, [1, 2, 3, 4].map((n) => line(n, `l${n}`, 'F', n === 2 ? 'stderr' : 'stdout')).join(''));
  const cases: [Partial<ReadLogOptions>, string][] = [
    [{}, 'l1\nl2\nl3\nl4\n'],
    [{ tailLines: 2 }, 'l3\nl4\n'],
    [{ tailLines: 0 }, ''],
    [{ tailLines: 99 }, 'l1\nl2\nl3\nl4\n'],
    [{ sinceMs: Date.parse('2026-01-01T00:00:03.5Z') }, 'l4\n'],
    [{ stream: 'stderr', timestamps: true }, '2026-01-01T00:00:02.123456789Z l2\n'],
    [{ limitBytes: 5 }, 'l1\nl2'],
  ];
  for (const [options, expected] of cases) assert.equal(await read(options), expected, JSON.stringify(options));
});

test('a line in parts is one line', async () => {
  fs.writeFileSync(file, line(1, 'a') + line(2, 'long ', 'P') + line(2, 'line') + line(3, 'z'));
  assert.equal(await read({ tailLines: 2 }), 'long line\nz\n');
  assert.equal(await read({ tailLines: 1 }), 'z\n');
});

test('a reader crosses rotation, and a follower goes on in the new file until it is over', async () => {
  fs.writeFileSync(file, line(1, 'old'));
  assert.equal(rotateLog(file, { bytesMax: 10, filesMax: 3, now: 1 }), true);
  fs.writeFileSync(file, line(2, 'new'));
  assert.equal(await read(), 'old\nnew\n');
  assert.equal(await read({ tailLines: 2 }), 'old\nnew\n');
  let over = false;
  let text = '';
  const saw = Promise.withResolvers<void>();
  const followed = readLog(file, { clock: systemClock, follow: true, isOver: () => over }, (piece) => {
    text += piece.toString();
    if (text.endsWith('new\n')) saw.resolve();
  });
  await saw.promise;
  rotateLog(file, { bytesMax: 10, filesMax: 3, now: 2 });
  fs.writeFileSync(file, line(3, 'newest'));
  over = true;
  await followed;
  assert.equal(text, 'old\nnew\nnewest\n');
});

test('only so many files are kept', () => {
  for (let now = 1; now <= 6; now++) {
    fs.writeFileSync(file, line(now, 'x'));
    rotateLog(file, { bytesMax: 10, filesMax: 3, now: now * 1000 });
  }
  assert.equal(fs.readdirSync(folder).length, 2);
});

test('a missing log is empty', async () => {
  assert.equal(await read(), '');
});
