// Processes that hang without dying, on a real site: each is noticed, killed and started again, with an event that says why,
// and no pod is restarted.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Pod } from '#model/kube';
import { writeBusyboxImage } from '../integration/image.fixture.ts';
import { bringUp, eventually, testSite } from '../integration/site.fixture.ts';

const site = testSite('hung');
const IMAGE = 'registry.example.com/busy:1';
const HUNG = ['kube', 'agent-node-a-worker', 'agent-node-a-master', 'services', 'containerd-node-a-worker'];

/** What shows whether the pod was restarted. */
async function containerOf(name: string) {
  const { status } = JSON.parse(await site.kubectl('get', 'pod', name, '-o', 'json')) as Pod;
  const { containerID, restartCount, ready } = status?.containerStatuses?.[0] ?? {};
  return { containerID, restartCount, ready };
}

before(async () => {
  await bringUp(site);
  const archive = path.join(path.dirname(site.data), 'busy.tar');
  await writeBusyboxImage(archive, IMAGE);
  assert.equal((await site.holdfast('image', 'import', archive)).code, 0);
  await site.kubectl('run', 'lasting', `--image=${IMAGE}`, '--restart=Always');
  await site.kubectl('wait', '--for=condition=Ready', '--timeout=60s', 'pod/lasting');
});
after(() => site.destroy());

test('whatever hangs is killed and started again, and no pod with it', async () => {
  const before = await containerOf('lasting');
  assert.equal(before.ready, true);
  const { processes } = await site.status();
  const pids = new Map(processes.map(({ name, pid }) => [name, pid]));
  for (const name of HUNG) {
    const pid = pids.get(name);
    assert.ok(pid, `${name} runs`);
    process.kill(pid, 'SIGSTOP');
  }
  const healed = await eventually('the site is Ready with new processes', async () => {
    const status = await site.status();
    const isNew = (name: string): boolean => {
      const now = status.processes.find((one) => one.name === name);
      return now !== undefined && now.pid !== pids.get(name);
    };
    return status.phase === 'Ready' && HUNG.every(isNew) && status;
  });
  const told = fs.readFileSync(`${site.data}/logs/events.jsonl`, 'utf8');
  for (const name of HUNG) {
    assert.equal(healed.processes.find((one) => one.name === name)?.restarts, 1, name);
    assert.match(told, new RegExp(`"subject":"${name}","reason":"Hung","message":"[^"]*no sign of life for [0-9]+ s`));
  }
  for (const { name, pid } of healed.processes)
    if (!HUNG.includes(name)) assert.equal(pid, pids.get(name), `${name} was left alone`);
  assert.deepEqual(await containerOf('lasting'), before);
});

test('a pod starts as ever afterwards', async () => {
  await site.kubectl('run', 'later', `--image=${IMAGE}`);
  await site.kubectl('wait', '--for=condition=Ready', '--timeout=60s', 'pod/later');
});
