// A whole site without containers, by the command line alone: up, up again, a killed supervisor, down, status, destroy.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import type { SiteStatus } from '#model/site';
import { run, testFolder } from '#platform/process';
import { eventually } from './site.fixture.ts';

const home = path.join(import.meta.dirname, '../..');
const data = testFolder('life');
const holdfast = (...args: string[]) =>
  run(path.join(home, 'holdfast'), [...args, '--data', data], { timeoutMs: 180_000 });
const status = async (): Promise<SiteStatus> => JSON.parse((await holdfast('status', '--json')).stdout) as SiteStatus;
const pids = (of: SiteStatus): Map<string, number> => new Map(of.processes.map(({ name, pid }) => [name, pid]));

after(async () => {
  await holdfast('destroy', '--yes');
  fs.rmSync(data, { recursive: true, force: true });
});

/** A condition's status and reason. */
const condition = (of: SiteStatus, type: string): string => {
  const found = of.conditions.find((one) => one.type === type);
  return `${found?.status} ${found?.reason}`;
};

async function tellsWhatIsWrong(): Promise<void> {
  const healthy = await status();
  for (const type of ['ApiAnswering', 'MachinesReady', 'ProcessesStable'])
    assert.match(condition(healthy, type), /^True /, type);

  const kube = pids(healthy).get('kube') ?? 0;
  process.kill(kube, 'SIGSTOP');
  const deaf = await eventually('the site is Degraded', async () => {
    const now = await status();
    return now.phase === 'Degraded' && now;
  });
  process.kill(kube, 'SIGCONT');
  assert.equal(condition(deaf, 'ApiAnswering'), 'False NoAnswer');
  assert.equal(condition(deaf, 'MachinesReady'), 'False NotReady');
  assert.deepEqual(
    deaf.clusters.map(({ ready }) => ready),
    [false],
  );
  await eventually('the site is Ready again', async () => (await status()).phase === 'Ready');

  const killed = new Set<number>();
  const dying = await eventually('services keep dying', async () => {
    const now = await status();
    const pid = pids(now).get('services');
    if (condition(now, 'ProcessesStable') === 'False KeepsDying') return now;
    if (pid === undefined || killed.has(pid)) return undefined;
    killed.add(pid);
    process.kill(pid, 'SIGKILL');
    return undefined;
  });
  assert.match(
    dying.conditions.find(({ type }) => type === 'ProcessesStable')?.message ?? '',
    /services: killed by SIGKILL/,
  );
  const recovered = await eventually('the site is Ready again', async () => {
    const now = await status();
    return now.phase === 'Ready' && now;
  });
  const { restarts } = recovered.processes.find(({ name }) => name === 'services') ?? {};
  assert.equal(restarts, killed.size);
  assert.equal(condition(recovered, 'ProcessesStable'), 'False KeepsDying', 'it has not run for long yet');
}

test('a site is brought up, found again, kept through a killed supervisor, stopped and destroyed', async () => {
  const first = await holdfast('up', '--name', 'ship-1', '--runtime', 'simulated', '--ports', 'auto');
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /export KUBECONFIG=.*admin\.kubeconfig/);
  assert.match(first.stderr, /simulated/);

  const ready = await status();
  assert.equal(ready.phase, 'Ready');
  assert.equal(ready.runtime, 'simulated');
  assert.deepEqual(
    ready.machines.map(({ name, state }) => `${name} ${state}`),
    ['node-a-master Running', 'node-a-worker Running'],
  );

  const second = await holdfast('up');
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stderr, /runs already; nothing was changed/);
  assert.deepEqual(pids(await status()), pids(ready));
  assert.equal((await holdfast('up', '--name', 'other')).code, 6);

  process.kill(pids(ready).get('holdfastd') ?? 0, 'SIGKILL');
  const again = await eventually('holdfastd is back', async () => {
    const now = await status();
    return now.phase === 'Ready' && pids(now).has('holdfastd') && now;
  });
  const adopted = pids(again);
  for (const [name, pid] of pids(ready)) if (name !== 'holdfastd') assert.equal(adopted.get(name), pid, name);

  await tellsWhatIsWrong();

  assert.equal((await holdfast('down')).code, 0);
  const stopped = await holdfast('status', '--json');
  assert.equal(stopped.code, 3);
  assert.equal((JSON.parse(stopped.stdout) as SiteStatus).phase, 'Stopped');
  assert.deepEqual((JSON.parse(stopped.stdout) as SiteStatus).processes, []);
  assert.equal((await holdfast('down')).code, 0, 'stopping a stopped site is fine');

  assert.equal((await holdfast('destroy')).code, 2, 'without --yes nothing happens');
  assert.ok(fs.existsSync(`${data}/site.json`));
  assert.equal((await holdfast('destroy', '--yes')).code, 0);
  assert.equal(fs.existsSync(data), false);
  assert.equal((await holdfast('status')).code, 5);
});
