// What was kept of pods comes back as it was written; what cannot be made out is told, set aside, and keeps nothing else.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, beforeEach, test } from 'node:test';
import type { KubeObject, Pod } from '#model/kube';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { pathsIn } from '../paths.ts';
import { readCheckpoints, writeCheckpoint } from './checkpoint.ts';

const folder = testFolder('checkpoint');
const paths = pathsIn(folder);
after(() => fs.rmSync(folder, { recursive: true }));
beforeEach(() => fs.rmSync(paths.podsFolder, { recursive: true, force: true }));

const podOf = (uid: string): Pod => ({
  metadata: { namespace: 'default', name: `pod-${uid}`, uid },
  spec: { containers: [{ name: 'c', image: 'i' }] },
});
const objects = new Map<string, KubeObject>([['Secret/default/s', { kind: 'Secret', metadata: { name: 's' } }]]);
const write = (uid: string): string => {
  fs.mkdirSync(paths.pod(uid), { recursive: true });
  writeCheckpoint(paths, { pod: podOf(uid), objects });
  return paths.checkpoint(uid);
};

test('a pod comes back with its objects, readable by its owner only', () => {
  const file = write('one');
  assert.equal(fs.statSync(file).mode & 0o777, 0o600);
  assert.deepEqual(readCheckpoints(paths, memoryLog()), { kept: [{ pod: podOf('one'), objects }], damaged: [] });
});

test('a file of before there were versions is of the first', () => {
  const file = write('old');
  const { version, ...rest } = JSON.parse(fs.readFileSync(file, 'utf8'));
  assert.equal(version, 1);
  fs.writeFileSync(file, JSON.stringify(rest));
  assert.deepEqual(readCheckpoints(paths, memoryLog()).kept, [{ pod: podOf('old'), objects }]);
});

const whole = (change: object): string => JSON.stringify({ version: 1, pod: podOf('bad'), objects: {}, ...change });
const DAMAGE: Record<string, (text: Buffer) => Buffer | string> = {
  empty: () => '',
  'cut short': (text) => text.subarray(0, text.length / 2),
  'without its last byte': (text) => text.subarray(0, -1),
  'full of zeros': (text) => Buffer.alloc(text.length),
  garbage: () => Buffer.from([0xff, 0xfe, 0, 1, 2, 3]),
  'null in it': () => 'null',
  'a list': () => '[]',
  'no pod': () => '{"objects":{}}',
  'a pod of nothing': () => whole({ pod: {} }),
  'a pod without containers': () => whole({ pod: { metadata: podOf('bad').metadata } }),
  'a pod without a name': () => whole({ pod: { ...podOf('bad'), metadata: { uid: 'bad' } } }),
  'no objects': () => whole({ objects: undefined }),
  'another pod': () => whole({ pod: podOf('other') }),
  'a later version': () => whole({ version: 2 }),
};
for (const [what, damage] of Object.entries(DAMAGE))
  test(`a damaged checkpoint (${what}) is told and set aside, the others are read`, () => {
    write('good');
    const file = write('bad');
    const bytes = Buffer.from(damage(fs.readFileSync(file)));
    fs.writeFileSync(file, bytes);
    const log = memoryLog();
    const { kept, damaged } = readCheckpoints(paths, log);
    assert.deepEqual(
      kept.map(({ pod }) => pod.metadata?.uid),
      ['good'],
    );
    assert.deepEqual(damaged, ['bad']);
    assert.equal(log.lines.length, 1);
    assert.match(log.lines[0] ?? '', /"pod":"bad"/);
    assert.ok(fs.readFileSync(`${file}.damaged`).equals(bytes), 'nothing of it is lost');
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ['pod.json.damaged']);
    const again = readCheckpoints(paths, memoryLog());
    assert.deepEqual([again.kept.length, again.damaged], [1, []], 'it is told once');
    write('bad');
    assert.equal(readCheckpoints(paths, memoryLog()).kept.length, 2, 'and written anew');
  });

test('a checkpoint that cannot be read at all does not keep the others', () => {
  write('good');
  fs.mkdirSync(paths.checkpoint('bad'), { recursive: true });
  const { kept, damaged } = readCheckpoints(paths, memoryLog());
  assert.deepEqual([kept.length, damaged], [1, ['bad']]);
});
