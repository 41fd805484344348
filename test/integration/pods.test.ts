// Pods on a real site, as kubectl sees them: commands, streams, logs, volumes, refusals, resizes, ends, and an API that is silent.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Container, Pod } from '#model/kube';
import { writeImage } from './image.fixture.ts';
import { bringUp, eventually, HOME, KUBECTL, ran, testSite } from './site.fixture.ts';

const site = testSite('pods');
const folder = path.dirname(site.data);
const IMAGE = 'docker.io/library/test-tools:1';
const OLD_KUBECTL = path.join(HOME, '.cache/kubectl-1.20/usr/bin/kubectl');

/** A command that has all of busybox's programs before it begins. */
const shell = (script: string): string[] => ['/bin/busybox', 'sh', '-c', `/bin/busybox --install -s /bin; ${script}`];
const WAIT = 'trap exit TERM; while true; do sleep 0.1; done';
const box = (name: string, script: string, more: Partial<Container> = {}): Container => ({
  name,
  image: IMAGE,
  command: shell(script),
  ...more,
});

async function apply(...objects: object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const { code, stderr } = await site.kubectlRan(['apply', '-f', '-'], { input });
  assert.equal(code, 0, stderr);
}
const podOf = (name: string, containers: Container[], spec: Partial<Pod['spec']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { terminationGracePeriodSeconds: 1, containers, ...spec },
});
const get = async (name: string): Promise<Pod> =>
  JSON.parse(await site.kubectl('get', 'pod', name, '-o', 'json')) as Pod;
const ready = (...names: string[]): Promise<string> =>
  site.kubectl('wait', '--for=condition=Ready', '--timeout=60s', ...names.map((name) => `pod/${name}`));
const exec = (name: string, script: string): Promise<string> => site.kubectl('exec', name, '--', 'sh', '-c', script);
const waitingReason = (pod: Pod): string | undefined => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason;

before(async () => {
  const busybox = fs.readFileSync('/bin/busybox');
  await writeImage(path.join(folder, 'tools.tar'), {
    name: IMAGE,
    files: [{ path: 'bin/busybox', content: busybox, mode: 0o755 }],
    config: { Env: ['PATH=/bin'] },
  });
  await bringUp(site);
  const imported = await site.holdfast('image', 'import', path.join(folder, 'tools.tar'));
  assert.equal(imported.code, 0, imported.stderr);
});
after(() => site.destroy());

test('the runtime of a machine without pods does not run', async () => {
  const { processes } = await site.status();
  const runtime = processes.find(({ name }) => name === 'containerd-node-a-master');
  assert.equal(runtime?.pid, undefined);
});

test('commands and streams, by a new kubectl and by an old one', async () => {
  await apply(
    podOf('p', [
      box('c', `mkdir -p /www; httpd -p 8080 -h /www; echo one; echo two >&2; ${WAIT}`),
      box('echo', 'while read line; do echo "got $line"; done', { stdin: true }),
    ]),
  );
  await ready('p');
  const content = crypto.randomBytes(6_000_000);
  const near = path.join(folder, 'near');
  fs.writeFileSync(near, content);
  for (const kubectl of new Set([KUBECTL, OLD_KUBECTL])) {
    const run = (args: string[], input?: string) =>
      ran(kubectl, [`--kubeconfig=${site.kubeconfig}`, ...args], input === undefined ? {} : { input });
    assert.equal((await run(['exec', 'p', '-c', 'c', '--', 'echo', 'hi'])).stdout, 'hi\n');
    assert.equal((await run(['exec', '-i', 'p', '-c', 'c', '--', 'cat'], 'a\nb\n')).stdout, 'a\nb\n');
    assert.equal((await run(['exec', 'p', '-c', 'c', '--', 'sh', '-c', 'exit 7'])).code, 7);
    const back = path.join(folder, `back-${path.basename(path.dirname(kubectl))}`);
    assert.equal((await run(['cp', near, 'p:/near', '-c', 'c'])).code, 0);
    assert.equal((await run(['cp', 'p:/near', back, '-c', 'c'])).code, 0);
    assert.ok(fs.readFileSync(back).equals(content));
    const command = `${kubectl} --kubeconfig=${site.kubeconfig} exec -it p -c c -- sh -c 'test -t 0 && echo terminal; exit 4'`;
    const terminal = await ran('script', ['-qec', command, '/dev/null']);
    assert.match(terminal.stdout, /terminal/);
    assert.equal(terminal.code, 4);
  }
  await site.kubectlRan(['attach', '-i', 'p', '-c', 'echo'], { input: 'line\n' });
  await eventually('the attached line', async () => /got line/.test(await site.kubectl('logs', 'p', '-c', 'echo')));
});

test('ports are forwarded, much data included', async () => {
  await exec('p', 'head -c 8000000 /dev/urandom > /www/data');
  const sum = (await exec('p', 'md5sum < /www/data')).split(' ')[0];
  const forward = spawn(KUBECTL, [`--kubeconfig=${site.kubeconfig}`, 'port-forward', 'p', ':8080']);
  try {
    let said = '';
    forward.stdout.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    const port = await eventually('a forwarded port', async () => /127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    const sums = [1, 2].map(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/data`, { signal: AbortSignal.timeout(30_000) });
      return crypto
        .createHash('md5')
        .update(Buffer.from(await answer.arrayBuffer()))
        .digest('hex');
    });
    assert.deepEqual(await Promise.all(sums), [sum, sum]);
  } finally {
    forward.kill();
  }
});

test('logs: of one or all containers, the last lines, of the run before, and followed to the end', async () => {
  assert.deepEqual((await site.kubectl('logs', 'p', '-c', 'c')).split('\n').sort(), ['', 'one', 'two']);
  assert.equal((await site.kubectl('logs', 'p', '-c', 'c', '--tail=1')).split('\n').length, 2);
  const all = await site.kubectl('logs', 'p', '--all-containers');
  assert.ok(all.includes('one') && all.includes('got line'));
  await apply(
    podOf('counts', [box('c', 'for i in 1 2 3 4 5; do echo $i; sleep 0.3; done')], { restartPolicy: 'Never' }),
    podOf('fails', [box('c', 'echo failing; echo why > /dev/termination-log; exit 3')]),
  );
  await eventually('a first line', async () => (await site.kubectlRan(['logs', 'counts'])).stdout !== '');
  assert.equal(await site.kubectl('logs', '-f', 'counts'), '1\n2\n3\n4\n5\n');
  await eventually('a second run', async () => waitingReason(await get('fails')) === 'CrashLoopBackOff');
  assert.equal(await site.kubectl('logs', '--previous', 'fails'), 'failing\n');
  const last = (await get('fails')).status?.containerStatuses?.[0]?.lastState?.terminated;
  assert.deepEqual([last?.exitCode, last?.message], [3, 'why\n']);
});

test('a debugger joins a running container', async () => {
  await site.kubectl('debug', 'p', `--image=${IMAGE}`, '--target=c', '-c', 'dbg', '--', ...shell('ps; sleep 60'));
  await eventually('what it sees', async () =>
    /httpd/.test((await site.kubectlRan(['logs', 'p', '-c', 'dbg'])).stdout),
  );
});

test('volumes have the owners they are given and follow changes', async () => {
  const mounts = ['memory', 'map', 'mixed'].map((name) => ({ name, mountPath: `/${name}` }));
  await apply(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' }, data: { k: 'v1' } },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'secret' }, stringData: { s: 'hidden' } },
    podOf(
      'volumes',
      [
        box('c', WAIT, {
          volumeMounts: [...mounts, { name: 'map', mountPath: '/fixed', subPath: 'k' }],
          resources: { requests: { cpu: '50m', memory: '16Mi' }, limits: { cpu: '100m', memory: '32Mi' } },
        }),
      ],
      {
        securityContext: { fsGroup: 2000 },
        volumes: [
          { name: 'memory', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
          { name: 'map', configMap: { name: 'map' } },
          {
            name: 'mixed',
            projected: {
              sources: [
                { secret: { name: 'secret' } },
                { serviceAccountToken: { path: 'token', audience: 'vault', expirationSeconds: 600 } },
                { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
              ],
            },
          },
        ],
      },
    ),
  );
  await ready('volumes');
  // With a tenth of a processor its first process may still be on the way into its root when it counts as started.
  await eventually('the container has begun', async () => (await exec('volumes', 'echo begun')) === 'begun\n');
  assert.equal(await exec('volumes', 'cat /map/k /fixed /mixed/s /mixed/name'), 'v1v1hiddenvolumes');
  assert.equal(await exec('volumes', 'stat -c %g /memory'), '2000\n');
  assert.notEqual(
    (await site.kubectlRan(['exec', 'volumes', '--', 'sh', '-c', 'head -c 2000000 /dev/zero > /memory/x'])).code,
    0,
  );
  const claims = JSON.parse(
    Buffer.from((await exec('volumes', 'cat /mixed/token')).split('.')[1] ?? '', 'base64url').toString(),
  );
  assert.deepEqual(claims.aud, ['vault']);
  await site.kubectl('patch', 'configmap', 'map', '-p', '{"data":{"k":"v2"}}');
  await eventually('the new value', async () => (await exec('volumes', 'cat /map/k')) === 'v2');
  assert.equal(await exec('volumes', 'cat /fixed'), 'v1', 'a subPath stays as it was');
});

test('resources of a running container change in place, or are held with a reason', async () => {
  const resize = (resources: object): Promise<string> =>
    site.kubectl(
      'patch',
      'pod',
      'volumes',
      '--subresource=resize',
      '-p',
      JSON.stringify({ spec: { containers: [{ name: 'c', resources }] } }),
    );
  await resize({ requests: { cpu: '60m' }, limits: { cpu: '200m', memory: '48Mi' } });
  const status = await eventually('the new limits', async () => {
    const found = (await get('volumes')).status?.containerStatuses?.[0];
    return found?.resources?.limits?.cpu === '200m' ? found : undefined;
  });
  assert.equal(status.restartCount, 0);
  assert.equal(status.allocatedResources?.cpu, '60m');
  const limit = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max';
  assert.equal(await exec('volumes', limit), `${48 * 1024 * 1024}\n`);
  await resize({ requests: { cpu: '900' }, limits: { cpu: '900' } });
  await eventually('a reason', async () =>
    (await get('volumes')).status?.conditions?.some((c) => c.type === 'PodResizePending' && c.reason === 'Infeasible'),
  );
});

test('what the node cannot give is refused by name', async () => {
  const wait = [box('c', WAIT)];
  await apply(
    podOf('users', wait, { hostUsers: false }),
    podOf('nowhere', [{ name: 'c', image: 'registry.invalid/none:1' }]),
    podOf('never', [box('c', '', { image: 'docker.io/library/none:1', imagePullPolicy: 'Never' })]),
    podOf('huge', [box('c', WAIT, { resources: { requests: { cpu: '900' } } })], { nodeName: 'node-a-worker' }),
    podOf('elsewhere', wait, { nodeName: 'node-a-worker', nodeSelector: { planet: 'mars' } }),
    podOf('kernel', wait, { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }),
  );
  const waits: Record<string, string> = {
    users: 'CreateContainerConfigError',
    nowhere: 'ImagePullBackOff',
    never: 'ErrImageNeverPull',
  };
  for (const [name, reason] of Object.entries(waits))
    await eventually(`${name}: ${reason}`, async () => waitingReason(await get(name)) === reason);
  assert.match((await get('users')).status?.containerStatuses?.[0]?.state?.waiting?.message ?? '', /hostUsers/);
  const fails: Record<string, string> = { huge: 'OutOfcpu', elsewhere: 'NodeAffinity', kernel: 'SysctlForbidden' };
  for (const [name, reason] of Object.entries(fails))
    await eventually(`${name}: ${reason}`, async () => {
      const { status } = await get(name);
      return status?.phase === 'Failed' && status.reason === reason;
    });
  await site.kubectl('delete', 'pod', '--now', ...Object.keys(waits), ...Object.keys(fails));
});

test('a container ends as the pod says: hook, then signal, then its own last word', async () => {
  const shared = { volumeMounts: [{ name: 'data', mountPath: '/data' }] };
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
  };
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
  await apply(
    claim,
    podOf(
      'ends',
      [
        box('c', 'trap "echo signal >> /data/x; exit 0" USR1; while true; do sleep 0.1; done', {
          ...shared,
          lifecycle: { preStop: { exec: { command: ['sh', '-c', 'echo hook >> /data/x'] } }, stopSignal: 'SIGUSR1' },
        }),
      ],
      { volumes, terminationGracePeriodSeconds: 30, os: { name: 'linux' } },
    ),
  );
  await ready('ends');
  await site.kubectl('delete', 'pod', 'ends');
  await apply(podOf('reads', [box('c', WAIT, shared)], { volumes }));
  await ready('reads');
  assert.equal(await exec('reads', 'cat /data/x'), 'hook\nsignal\n');
  const volume = await site.kubectl('get', 'pvc', 'data', '-o', 'jsonpath={.spec.volumeName}');
  const home = JSON.parse(await site.kubectl('get', 'pv', volume, '-o', 'json')).spec.local.path as string;
  assert.ok(fs.existsSync(path.join(home, 'x')));
  await site.kubectl('delete', 'pod', 'reads');
  await site.kubectl('delete', 'pvc', 'data');
  await eventually('the folder goes with its volume', async () => !fs.existsSync(home));
  await eventually('the volume goes', async () => (await site.kubectlRan(['get', 'pv', volume])).code !== 0);
});

test('a log is followed across its rotation', async () => {
  const line = 'x'.repeat(999);
  const flood = `yes ${line} | head -n 11000; while [ ! -e /go ]; do sleep 0.1; done; echo last`;
  await apply(podOf('floods', [box('c', flood)], { restartPolicy: 'Never' }));
  const follow = eventually('the whole log', async () => {
    const { stdout } = await site.kubectlRan(['logs', '-f', 'floods']);
    return stdout.includes(line) ? stdout : undefined;
  });
  const { uid } = (await eventually('the pod', () => get('floods'))).metadata ?? {};
  const logs = path.join(site.data, `state/machines/node-a-worker/agent/logs/default_floods_${uid}/c`);
  await eventually('a rotated log', async () => fs.existsSync(logs) && fs.readdirSync(logs).length > 1);
  await exec('floods', 'touch /go');
  const lines = (await follow).split('\n');
  assert.equal(lines.filter((one) => one === line).length, 11_000);
  assert.equal(lines.at(-2), 'last');
});

test('while the API is silent, containers go on and are started again', async () => {
  const { processes } = await site.status();
  const kube = processes.find(({ name }) => name === 'kube')?.pid;
  assert.ok(kube);
  await apply(podOf('lives', [box('c', WAIT, { envFrom: [{ configMapRef: { name: 'map' } }] })]));
  await ready('lives');
  const { metadata, status } = await get('lives');
  const ctr = (...args: string[]) =>
    ran('ctr', ['-a', path.join(site.data, 'run/node-a-worker/containerd.sock'), '-n', 'k8s.io', ...args]);
  const id = status?.containerStatuses?.[0]?.containerID?.replace(/^.*:\/\//, '') ?? '';
  const made = async (): Promise<string[]> =>
    (await ctr('containers', 'ls', '-q', `labels."io.kubernetes.pod.uid"==${metadata?.uid}`)).stdout.trim().split('\n');
  const first = await made();
  process.kill(kube, 'SIGSTOP');
  try {
    assert.equal((await ctr('tasks', 'kill', '-s', 'SIGKILL', id)).code, 0);
    await eventually('another container', async () => (await made()).length === first.length + 1);
  } finally {
    process.kill(kube, 'SIGCONT');
  }
  await eventually(
    'the restart is told',
    async () => (await get('lives')).status?.containerStatuses?.[0]?.restartCount === 1,
  );
  assert.equal((await get('p')).status?.containerStatuses?.[0]?.restartCount, 0);
});
