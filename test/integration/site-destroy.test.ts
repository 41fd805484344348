// `destroy` after every process of a site was killed while pods ran: nothing of it is left on the machine.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { machineState, newSince } from '../../scripts/leftovers.ts';
import { writeBusyboxImage } from './image.fixture.ts';
import { bringUp, eventually, ran, testSite } from './site.fixture.ts';

const IMAGE = 'test.example/busy:1';
const site = testSite('destroy');

after(() => site.destroy());

const PODS = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: kept }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } } }
---
apiVersion: v1
kind: Pod
metadata: { name: with-volumes }
spec:
  containers:
    - name: main
      image: ${IMAGE}
      volumeMounts: [{ name: kept, mountPath: /kept }, { name: memory, mountPath: /memory }]
  volumes:
    - { name: kept, persistentVolumeClaim: { claimName: kept } }
    - { name: memory, emptyDir: { medium: Memory } }
---
apiVersion: v1
kind: Pod
metadata: { name: deaf }
spec:
  containers:
    - name: main
      image: ${IMAGE}
      command: [/bin/busybox, sh, -c, "trap '' TERM; while true; do sleep 1000; done"]
---
apiVersion: v1
kind: Service
metadata: { name: balanced }
spec: { type: LoadBalancer, selector: { app: none }, ports: [{ port: 80 }] }
`;

/** Every process in the control groups of a site. */
function processesOf(siteId: string): number[] {
  const root = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find((folder) =>
    fs.existsSync(`${folder}/holdfast-${siteId}`),
  );
  assert.ok(root, 'a site has control groups');
  return fs
    .readdirSync(`${root}/holdfast-${siteId}`, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'cgroup.procs')
    .flatMap((file) => fs.readFileSync(`${root}/holdfast-${siteId}/${file}`, 'utf8').split('\n').filter(Boolean))
    .map(Number);
}

/** What network plug-ins answered for pods of a site, as containerd keeps it. */
function networkResultsOf(data: string): string[] {
  const folder = '/var/lib/cni/results';
  return fs.readdirSync(folder).filter((name) => {
    const { config = '' } = JSON.parse(fs.readFileSync(`${folder}/${name}`, 'utf8')) as { config?: string };
    return Buffer.from(config, 'base64').toString().includes(`${data}/`);
  });
}

const isAlive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

/** What shims and runc keep of the site's containers outside of its folder. */
const outsideTraces = (): string[] =>
  fs
    .readdirSync(path.join(site.data, 'run'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /v2\.task\/k8s\.io\/[^/]+\/address$/.test(file))
    .flatMap((file) => [
      fs
        .readFileSync(path.join(site.data, 'run', file), 'utf8')
        .trim()
        .replace('unix://', ''),
      `/run/containerd/runc/k8s.io/${path.basename(path.dirname(file))}`,
    ])
    .filter((trace) => fs.existsSync(trace));

/** The kind of process that stands between its site and its pods, and not the pods. */
const isDaemon = (pid: number): boolean =>
  /\.mjs|containerd|guard\.sh/.test(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));

test('what cannot be removed does not keep the rest, is told, and is removed when it can be', {
  timeout: 120_000,
}, async () => {
  const stubborn = testSite('stubborn');
  try {
    await bringUp(stubborn);
    const { id } = JSON.parse(fs.readFileSync(path.join(stubborn.data, 'site.json'), 'utf8')) as { id: string };
    const before = machineState();
    // A file system within keeps its folder, and everything in it, from being removed.
    const inside = path.join(stubborn.data, 'pki/inside');
    fs.mkdirSync(inside);
    assert.equal((await ran('mount', ['-t', 'tmpfs', 'tmpfs', inside])).code, 0);
    try {
      const refused = await stubborn.holdfast('destroy', '--yes');
      assert.equal(refused.code, 1, refused.stderr);
      assert.match(refused.stderr, /still mounted below/);
      assert.match(refused.stderr, new RegExp(`unmount ${inside}; run this again`));
      const gone = newSince(machineState(), before).filter((line) => line.includes(id));
      for (const kind of ['namespace', 'link', 'nft table', 'cgroup'])
        assert.ok(
          gone.some((line) => line.startsWith(kind)),
          `${kind}: ${gone.join(', ')}`,
        );
    } finally {
      await ran('umount', [inside]);
    }
    const destroyed = await stubborn.holdfast('destroy', '--yes');
    assert.equal(destroyed.code, 0, destroyed.stderr);
    assert.equal(fs.existsSync(stubborn.data), false);
  } finally {
    await stubborn.destroy();
  }
});

test('a killed site is destroyed without a trace', { timeout: 180_000 }, async () => {
  const before = machineState();
  await bringUp(site);
  const { id } = JSON.parse(fs.readFileSync(path.join(site.data, 'site.json'), 'utf8')) as { id: string };
  const archive = path.join(path.dirname(site.data), 'busy.tar');
  await writeBusyboxImage(archive, IMAGE);
  const imported = await site.holdfast('image', 'import', archive);
  assert.equal(imported.code, 0, imported.stderr);
  await eventually(
    'the pods are made',
    async () => (await site.kubectlRan(['apply', '-f', '-'], { input: PODS })).code === 0,
  );
  await site.kubectl('wait', 'pods', '--all', '--for=condition=Ready', '--timeout=60s');

  const all = processesOf(id);
  const daemons = all.filter(isDaemon);
  assert.ok(daemons.length >= 6 && all.length - daemons.length >= 4, `daemons ${daemons.length}, all ${all.length}`);
  assert.ok(networkResultsOf(site.data).length > 0, 'results of the network are kept');
  for (const pid of daemons) process.kill(pid, 'SIGKILL');
  await eventually('the daemons are gone', async () => !daemons.some(isAlive));
  assert.ok(all.some(isAlive), 'the pods run on');

  const traces = outsideTraces();
  assert.ok(traces.length >= 4, traces.join(', '));

  const destroyed = await site.holdfast('destroy', '--yes');
  assert.equal(destroyed.code, 0, destroyed.stderr);
  assert.deepEqual(all.filter(isAlive), []);
  assert.deepEqual(
    traces.filter((trace) => fs.existsSync(trace)),
    [],
  );
  assert.equal(fs.existsSync(site.data), false);
  // Other sites of this machine may come and go meanwhile: what is looked for bears this one's marks.
  const left = newSince(before, machineState()).filter((line) => line.includes(id) || line.includes(site.data));
  assert.deepEqual(left, []);
  assert.deepEqual(networkResultsOf(site.data), []);
  const again = await site.holdfast('destroy', '--yes');
  assert.equal(again.code, 5, 'there is nothing to destroy');
});
