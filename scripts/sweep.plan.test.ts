// The sweep ends what provably belongs to an aborted run, and nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processesOfRun, runOfPath, type Seen } from './sweep.plan.ts';

const RUN = 'p100t5000';
const OTHER = 'p200t6000';
const FOLDER = `/tmp/hft-pods-${RUN}-aB3xYz`;

let last = 1000;
const seen = (more: Partial<Seen>): Seen => ({
  pid: ++last,
  parent: 1,
  startTicks: 0x7000,
  argv: ['sleep', '600'],
  groups: ['/', '/user'],
  ...more,
});

test('the run of a path is that of the first folder in it that bears a mark', () => {
  assert.equal(runOfPath(`${FOLDER}/site/run`), RUN);
  assert.equal(runOfPath(`/hft-pod-1-${RUN}/kubepods`), RUN);
  assert.equal(runOfPath(`/tmp/hft-bench-${RUN}-p9t9ab`), RUN, 'what mkdtemp appends is no mark');
  for (const other of ['/tmp/hft-pods-aB3xYz', `/tmp/backup-${RUN}-x`, '/', ''])
    assert.equal(runOfPath(other), undefined);
});

const BELONGS: Record<string, Partial<Seen>> = {
  'the mark in its environment': { mark: RUN },
  'a namespace of the run': { namespace: `hft-agent-${RUN}` },
  'a group of the run': { groups: ['/', `/hft-agent-${RUN}/kubepods/pod1`] },
  'a program of tests, with a path in its folder': { argv: ['containerd', '--config', `${FOLDER}/containerd.toml`] },
  'a watchdog of a site of tests': { argv: ['perl', `${FOLDER}/site/run/watchdog.pl`, '/x'] },
  'the same, as an option set to it': { argv: ['/usr/bin/etcd', `--data-dir=${FOLDER}/data`] },
};
for (const [what, more] of Object.entries(BELONGS))
  test(`a process belongs by ${what}`, () => {
    const process = seen(more);
    assert.deepEqual(processesOfRun(RUN, [seen({}), process]), [process.pid]);
    assert.deepEqual(processesOfRun(OTHER, [process]), []);
    assert.deepEqual(processesOfRun(RUN, [process], new Set([process.pid])), [], 'a spared one never');
    assert.deepEqual(processesOfRun(RUN, [{ ...process, startTicks: 0x4999 }]), [], 'older than the run never');
  });

const STRANGERS: Record<string, Partial<Seen>> = {
  'an editor that shows a file of it': { argv: ['vi', `${FOLDER}/log`] },
  'a shell that speaks of it': { argv: ['bash', '-c', `ls ${FOLDER}`] },
  'a program of tests that only speaks of it': { argv: ['node', '-e', `look at ${FOLDER}/x`] },
  'a process of another run that was given a path in it': { mark: OTHER, argv: ['node', `${FOLDER}/x.mjs`] },
  'one in a namespace of another run': { namespace: `hft-agent-${OTHER}` },
  'one in a namespace and a group without a mark': { namespace: 'hf00ff-worker', groups: ['/holdfast-00ff/x'] },
};
for (const [what, more] of Object.entries(STRANGERS))
  test(`nothing ends ${what}`, () => assert.deepEqual(processesOfRun(RUN, [seen(more)]), []));

test('children belong with their parents, in whatever order they are seen, but not those of another run', () => {
  const shim = seen({ argv: ['containerd-shim-runc-v2', '-address', `${FOLDER}/containerd.sock`] });
  const pause = seen({ parent: shim.pid, argv: ['/pause'] });
  const below = seen({ parent: pause.pid });
  const other = seen({ parent: shim.pid, mark: OTHER });
  const belowOther = seen({ parent: other.pid });
  const found = processesOfRun(RUN, [below, belowOther, other, pause, shim]);
  assert.deepEqual(new Set(found), new Set([shim.pid, pause.pid, below.pid]));
});
