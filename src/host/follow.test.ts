// Lines of a file as its readers get them, whole and after a power cut.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '#platform/clock';
import { testFolder } from '#platform/process';
import { followLines } from './follow.ts';

const folder = testFolder('follow');
after(() => fs.rmSync(folder, { recursive: true }));

async function linesOf(text: string): Promise<string[]> {
  const file = path.join(folder, 'log');
  fs.writeFileSync(file, text);
  const lines: string[] = [];
  for await (const line of followLines({ file, follow: false, clock: systemClock })) lines.push(line);
  return lines;
}

test('lines come in order, an unfinished one last', async () => {
  assert.deepEqual(await linesOf('one\ntwo\nthr'), ['one', 'two', 'thr']);
  assert.deepEqual(await linesOf(''), []);
});

test('what a power cut left of zeros is left out', async () => {
  assert.deepEqual(await linesOf('one\ntw\0\0\0\0\0three\nfour\n\0\0\0'), ['one', 'twthree', 'four']);
});
