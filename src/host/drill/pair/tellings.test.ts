// What the nodes told is read from a moment on, whole lines alone, and from the start of a file that was begun anew.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { siteFolders } from '#model/site';
import { testFolder } from '#platform/process';
import type { LabNode } from '../../lab/lab-file.ts';
import { tellingsFromNow } from './tellings.ts';

const root = testFolder('tellings');
after(() => fs.rmSync(root, { recursive: true }));

test('events since a moment, with who told them', () => {
  const nodes = ['node-a', 'node-b'].map((name) => ({ name, folders: siteFolders(path.join(root, name)) }) as LabNode);
  const [first = '', second = ''] = nodes.map(({ folders }) => folders.eventsFile);
  for (const file of [first, second]) fs.mkdirSync(path.dirname(file), { recursive: true });
  const event = (reason: string): string =>
    `${JSON.stringify({ time: 'now', type: 'Normal', subject: 'node-b', reason })}\n`;
  fs.writeFileSync(first, `${event('Before')}${event('Before')}`);
  const told = tellingsFromNow(nodes);
  const reasons = (): string[] => told().map(({ node, subject, reason }) => `${node} ${subject} ${reason}`);
  assert.deepEqual(reasons(), []);
  fs.appendFileSync(first, `${event('FailoverLost')}{"subject":"node-b","rea`);
  assert.deepEqual(reasons(), ['node-a node-b FailoverLost']);
  fs.appendFileSync(first, 'son":"FailoverFenced"}\n');
  fs.writeFileSync(second, event('Ready'));
  assert.deepEqual(reasons(), ['node-a node-b FailoverLost', 'node-a node-b FailoverFenced', 'node-b node-b Ready']);
  fs.writeFileSync(first, event('FailoverLost'));
  assert.deepEqual(reasons(), ['node-a node-b FailoverLost', 'node-b node-b Ready'], 'a file that was begun anew');
});
