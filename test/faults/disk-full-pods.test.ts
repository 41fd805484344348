// A real site whose disk gets full to the last byte while pods run and write: the API answers reads and deletes, pods go on, what
// cannot be done says why and leaves nothing behind, and with room again everything works by itself.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { present } from '#base';
import type { Pod } from '#model/kube';
import { systemClock } from '#platform/clock';
import { type Cri, connectCri } from '#platform/cri';
import { runOrThrow } from '#platform/process';
import { writeBusyboxImage, writeImage } from '../integration/image.fixture.ts';
import { bringUp, eventually, testSite } from '../integration/site.fixture.ts';
import { fillDisk, mountSmallDisk } from './disk.fixture.ts';

const site = testSite('fullpd');
const folder = path.dirname(site.data);
const filler = `${site.data}/filler`;
const DISK_BYTES = 400 * 1024 ** 2;
const IMAGE = 'registry.example.com/busy:1';
const BIG = 'registry.example.com/big:1';
const NEXT = 'registry.example.com/next:1';
const SPARE = 'registry.example.com/spare:1';
const WRITERS = ['writer', 'logger', 'probed'];
let cri: Cri;

const script = (text: string): string[] => ['/bin/busybox', 'sh', '-c', `/bin/busybox --install -s /bin; ${text}`];
/** Counts up in memory, so that whoever looks sees whether it runs on; what it does between may fail. */
const counting = (act: string): string[] =>
  script(`n=0; trap exit TERM; while true; do n=$((n+1)); ${act}; echo $n > /dev/shm/count; sleep 0.05; done`);
const podOf = (name: string, command: string[], more: object = {}, image = IMAGE): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image, command, ...more }] },
});
async function apply(...items: object[]): Promise<string> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const { code, stderr } = await site.kubectlRan(['apply', '-f', '-'], { input });
  return code === 0 ? '' : stderr;
}
const podNow = async (name: string): Promise<Pod> => JSON.parse(await site.kubectl('get', 'pod', name, '-o', 'json'));
async function containerOf(name: string) {
  const { containerID, restartCount } = (await podNow(name)).status?.containerStatuses?.[0] ?? {};
  return { containerID, restartCount };
}
const ready = (...names: string[]): Promise<string> =>
  site.kubectl('wait', '--for=condition=Ready', '--timeout=60s', ...names.map((name) => `pod/${name}`));
/** A file of a running container, read from outside: nothing may have to be started for it. */
async function fileOf(name: string, file: string): Promise<string> {
  const [container] = await cri.containerList({ 'io.kubernetes.pod.name': name });
  const pid = await cri.containerPid(present(container, `${name} has a container`).id);
  return fs.readFileSync(`/proc/${pid}/root${file}`, 'utf8');
}
const goesOn = async (name: string): Promise<void> => {
  // Empty for an instant each time that it is written.
  const count = async (): Promise<number | undefined> => Number(await fileOf(name, '/dev/shm/count')) || undefined;
  const first = await eventually(`${name} counts`, count, 20_000);
  await eventually(`${name} goes on`, async () => ((await count()) ?? 0) > first + 5, 20_000);
};
const condition = async () => (await site.status()).conditions.find(({ type }) => type === 'DiskRoom');
const restarts = async (): Promise<string[]> =>
  (await site.status()).processes.map(({ name, pid, restarts: n }) => `${name} ${pid} ${n}`);
const filesIn = (of: string): string[] => (fs.existsSync(of) ? fs.readdirSync(of) : []);
const uploads = (): string[] => filesIn(`${site.data}/content/uploads`);
const CONTENT = 'state/machines/node-a-worker/containerd/io.containerd.content.v1.content';
const ingests = (): string[] => filesIn(`${site.data}/${CONTENT}/ingest`);
const archive = (name: string): string => path.join(folder, `${name}.tar`);

const known = new Map<string, unknown>();
let processes: string[];

before(async () => {
  await mountSmallDisk(site.data, DISK_BYTES);
  await bringUp(site);
  await writeBusyboxImage(archive('busy'), IMAGE);
  const busybox = { path: 'bin/busybox', content: fs.readFileSync('/bin/busybox'), mode: 0o755 };
  const bulk = { path: 'bulk', content: Buffer.alloc(24 * 1024 ** 2, 'bulk') };
  await writeImage(archive('big'), { name: BIG, files: [busybox, bulk] });
  await writeImage(archive('next'), {
    name: NEXT,
    files: [busybox, { path: 'more', content: Buffer.alloc(1 << 20, 'x') }],
  });
  await writeImage(archive('spare'), { name: SPARE, files: [{ path: 'spare', content: 'spare' }] });
  for (const name of ['busy', 'big', 'spare']) {
    const imported = await site.holdfast('image', 'import', archive(name));
    assert.equal(imported.code, 0, imported.stderr);
  }
  const probe = { exec: { command: ['/bin/busybox', 'true'] }, periodSeconds: 1, failureThreshold: 1 };
  const failed = await apply(
    podOf('writer', counting('echo $n >> /tmp-file')),
    podOf('logger', counting('echo line $n of the log')),
    podOf('probed', counting('true'), { livenessProbe: probe, readinessProbe: probe }),
    podOf('ender', script('trap exit TERM; until [ -e /dev/shm/end ]; do sleep 0.05; done; rm /dev/shm/end; exit 3')),
    podOf('deleted', counting('true')),
  );
  assert.equal(failed, '');
  await ready(...WRITERS, 'ender', 'deleted');
  cri = connectCri({ socket: `${site.data}/run/node-a-worker/containerd.sock`, clock: systemClock });
  await cri.imagePull(SPARE);
  for (const name of WRITERS) known.set(name, await containerOf(name));
  processes = await restarts();
});
after(async () => {
  cri?.close();
  fs.rmSync(filler, { force: true });
  if (fs.existsSync(`${site.data}/site.json`)) await site.holdfast('destroy', '--yes');
  await eventually('the disk is let go', () => runOrThrow('umount', [site.data]).then(() => true));
  fs.rmSync(folder, { recursive: true, force: true });
});

test('on a full disk the API refuses writes with the cure, answers reads and deletes, and a condition says so', async () => {
  fillDisk(filler);
  const data = { text: 'x'.repeat(50_000) };
  const refused = await eventually('writes are refused', async () => {
    const metadata = { name: `map-${Date.now()}` };
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
    return (await site.kubectlRan(['create', '-f', '-'], { input })).stderr;
  });
  assert.match(refused, /disk is full.*(make|free) room/);
  await eventually('the condition', async () => (await condition())?.reason === 'DiskFull', 30_000);
  assert.match((await condition())?.message ?? '', /make room/);
  assert.equal((await podNow('writer')).status?.phase, 'Running');
  await site.kubectl('delete', 'pod', 'deleted', '--wait=true', '--timeout=60s');
  assert.equal((await site.kubectlRan(['get', 'pod', 'deleted'])).code, 1);
});

test('to the last byte: pods run on and write what they can, and their logs hold nobody up', async () => {
  fillDisk(filler);
  for (const name of WRITERS) await goesOn(name);
  // Long enough for a probe that fails at once to have its container killed: it is asked every second.
  const [container] = await cri.containerList({ 'io.kubernetes.pod.name': 'probed' });
  const command = ['/bin/busybox', 'true'];
  await eventually('no command can be started', () => {
    // What was freed meanwhile is taken too.
    fillDisk(filler);
    return cri.exec(present(container, 'it runs').id, command, 5).then(
      () => false,
      (error: unknown) => /exec failed|no space left/.test(String(error)),
    );
  });
  for (let round = 0; round < 3; round++) await goesOn('probed');
  for (const name of WRITERS) assert.deepEqual(await containerOf(name), known.get(name), name);
  assert.deepEqual(await restarts(), processes);
});

test('an import and a pull are refused with the cure, and leave nothing half', async () => {
  fillDisk(filler);
  const imported = await site.holdfast('image', 'import', archive('next'));
  assert.equal(imported.code, 1);
  assert.match(imported.stderr, /disk is full[\s\S]*make room/);
  assert.deepEqual(uploads(), []);
  await assert.rejects(cri.imagePull(BIG), /no space left on device/);
  assert.equal(await cri.imageStatus(BIG), undefined);
});

test('images that nobody uses are removed, and not the one that every pod begins with', async () => {
  await eventually('the spare image is gone', async () => (await cri.imageStatus(SPARE)) === undefined);
  assert.ok(await cri.imageStatus('holdfast.dev/pause:1'));
});

test('a container that ends waits for room, and a process of ours that dies does not', async () => {
  fillDisk(filler);
  const [container] = await cri.containerList({ 'io.kubernetes.pod.name': 'ender' });
  const pid = await cri.containerPid(present(container, 'it runs').id);
  fs.writeFileSync(`/proc/${pid}/root/dev/shm/end`, '');
  await eventually('it ended', async () => {
    const [newest] = await cri.containerList({ 'io.kubernetes.pod.name': 'ender' });
    return newest?.state !== 1;
  });
  const victims = ['agent-node-a-worker', 'services'];
  const old = await site.status();
  for (const name of victims)
    process.kill(
      present(
        old.processes.find((p) => p.name === name),
        `${name} runs`,
      ).pid,
      'SIGKILL',
    );
  const again = await eventually('they run again, and do their work', async () => {
    const { processes: now } = await site.status();
    const found = victims.map((name) => now.find((p) => p.name === name));
    return (
      found.every((p) => p && p.pid !== old.processes.find(({ name }) => name === p.name)?.pid && p.restarts === 1) &&
      (await site.holdfast('image', 'list')).code === 0 &&
      now
    );
  });
  assert.ok(again.length > 0);
  for (const name of WRITERS) await goesOn(name);
  const list = await site.holdfast('logs', 'agent-node-a-worker');
  assert.equal(list.code, 0);
});

test('with room again everything works by itself, and no pod was restarted', async () => {
  fs.rmSync(filler);
  await eventually('writes work', async () => (await apply(podOf('after', counting('true')))) === '', 30_000);
  await eventually('the site is Ready', async () => (await site.status()).phase === 'Ready', 60_000);
  assert.equal((await condition())?.status, 'True');
  await ready('after', 'ender', ...WRITERS);
  for (const name of WRITERS) assert.deepEqual(await containerOf(name), known.get(name), name);
  assert.ok(((await podNow('ender')).status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
  const uid = (await podNow('after')).metadata?.uid;
  const checkpoints = `${site.data}/state/machines/node-a-worker/agent/pods`;
  await eventually('the checkpoints are written', async () => filesIn(`${checkpoints}/${uid}`).length > 0);
  const imported = await site.holdfast('image', 'import', archive('next'));
  assert.equal(imported.code, 0, imported.stderr);
  await apply(podOf('big', counting('true'), {}, BIG), podOf('next', counting('true'), {}, NEXT));
  await ready('big', 'next');
  assert.deepEqual(ingests(), [], 'nothing is left of the pull that failed');
  await goesOn('logger');
  assert.match(await site.kubectl('logs', 'logger', '--tail=1'), /line [0-9]+ of the log/);
});
