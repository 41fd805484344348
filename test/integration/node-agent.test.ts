// The node agent on a real containerd: pods through their whole life, driven by a client without a server. The file runs itself
// again inside a network namespace of its own, because the agent has to stand where its pods can be reached.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import type http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { testFolder, testName } from '#platform/process';
import { WorldError } from '../../src/base/index.ts';
import { type Client, resourceOf } from '../../src/client/index.ts';
import type { ConfigMap, Event, Node, Pod, PodSpec, Secret } from '../../src/model/kube/index.ts';
import { openCgroups } from '../../src/platform/cgroup/index.ts';
import { systemClock } from '../../src/platform/clock/index.ts';
import { connectCri } from '../../src/platform/cri/index.ts';
import { memoryLog } from '../../src/platform/log/index.ts';
import { type FakeClient, fakeClient } from '../../src/reconcile/client.fake.ts';
import { type NodeAgent, type NodeAgentOptions, startNodeAgent } from '../../src/services/node-agent/index.ts';
import { BUSYBOX, startTestRuntime, type TestRuntime } from './containerd.fixture.ts';
import { type TestCertificates, testCertificates } from './node-agent.certificates.ts';

const INSIDE = 'HOLDFAST_TEST_NODE_NAMESPACE';

if (process.env[INSIDE] === undefined) {
  test('the node agent runs pods on a real container runtime', () => {
    const name = testName('agent');
    execFileSync('ip', ['netns', 'add', name]);
    try {
      const script = 'ip link set lo up; sysctl -qw net.ipv4.ip_forward=1; exec "$0" "$@"';
      const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
      const args = ['--disable-warning=ExperimentalWarning', '--test', '--test-reporter=spec', import.meta.filename];
      const result = spawnSync('nsenter', [`--net=/run/netns/${name}`, 'sh', '-c', script, process.execPath, ...args], {
        env: { ...env, [INSIDE]: name },
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      assert.equal(result.status, 0, `${result.stdout}\n${result.stderr}`);
    } finally {
      execFileSync('ip', ['netns', 'del', name]);
    }
  });
} else {
  inside();
}

function inside(): void {
  const PODS = resourceOf<Pod>('', 'v1', 'pods');
  const NODES = resourceOf<Node>('', 'v1', 'nodes');
  const MAPS = resourceOf<ConfigMap>('', 'v1', 'configmaps');
  const SECRETS = resourceOf<Secret>('', 'v1', 'secrets');
  const EVENTS = resourceOf<Event>('', 'v1', 'events');
  const folder = testFolder('agent');
  const cgroupRoot = `/${testName('agent')}`;
  const log = memoryLog();
  const client: FakeClient = fakeClient({ clock: systemClock });
  let runtime: TestRuntime;
  let agent: NodeAgent;
  let certificates: TestCertificates;

  const withTokens: Client = {
    ...client,
    createSub: async (of, at, subresource, body) =>
      of.resource === 'serviceaccounts'
        ? ({
            ...(body as object),
            status: { token: `token-of-${at.name}`, expirationTimestamp: '2099-01-01T00:00:00Z' },
          } as never)
        : client.createSub(of, at, subresource, body),
  };
  const optionsOf = (over: Partial<NodeAgentOptions> = {}): NodeAgentOptions => ({
    nodeName: 'node-1',
    address: '127.0.0.1',
    listen: { host: '127.0.0.1', port: 0 },
    tls: certificates.tls,
    clientCaPem: certificates.clientCaPem,
    client: withTokens,
    folder: path.join(folder, 'agent'),
    containerdSocket: runtime.socket,
    cgroupRoot,
    capacity: { cpuMillis: 2000, memoryBytes: 1 << 30, pods: 110, ephemeralBytes: 10 << 30 },
    clusterDns: '172.28.0.10',
    clusterDomain: 'cluster.local',
    runtime: 'containerd',
    clock: systemClock,
    log,
    ...over,
  });

  before(async () => {
    certificates = await testCertificates();
    runtime = await startTestRuntime(folder, '172.27.77.0/24');
    openCgroups().create(cgroupRoot);
    agent = await startNodeAgent(optionsOf());
  });
  after(async () => {
    await agent?.stop();
    await runtime?.stop();
    const cgroups = openCgroups();
    await cgroups.killAll(cgroupRoot);
    cgroups.remove(cgroupRoot);
    fs.rmSync(folder, { recursive: true, force: true });
  });

  const eventually = async <T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > deadline) throw new Error(`not within 60 s: ${what}\n${log.lines.slice(-15).join('')}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const get = (name: string): Promise<Pod> => client.get(PODS, { namespace: 'default', name });
  const create = (name: string, spec: Partial<PodSpec>, metadata: Pod['metadata'] = {}): Promise<Pod> =>
    client.create(PODS, {
      metadata: { ...metadata, namespace: 'default', name },
      spec: { terminationGracePeriodSeconds: 1, containers: [], ...spec, nodeName: 'node-1' },
    });
  const until = (name: string, what: string, holds: (pod: Pod) => boolean): Promise<Pod> =>
    eventually(`pod ${name}: ${what}`, async () => {
      const pod = await get(name);
      return holds(pod) ? pod : undefined;
    });
  const phase = (name: string, wanted: string): Promise<Pod> =>
    until(name, wanted, (pod) => pod.status?.phase === wanted);
  const isReady = (pod: Pod): boolean =>
    pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
  const ready = (name: string): Promise<Pod> => until(name, 'ready', isReady);
  const remove = async (name: string): Promise<void> => {
    await client.delete(PODS, { namespace: 'default', name }, { gracePeriodSeconds: 1 });
    await eventually(`pod ${name} gone`, async () => ((await get(name).catch(() => undefined)) ? undefined : true));
  };
  const box = (script: string, more: object = {}) => ({
    name: 'c',
    image: BUSYBOX,
    command: ['sh', '-c', script],
    ...more,
  });
  const logOf = async (name: string, container = 'c'): Promise<string> => {
    const { metadata } = await get(name);
    const file = path.join(folder, 'agent/logs', `default_${name}_${metadata?.uid}`, container, '0.log');
    return fs
      .readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(' ').slice(3).join(' '))
      .join('\n');
  };

  test('the node registers with capacity, conditions and version', async () => {
    const node = await eventually('node ready', async () => {
      const found = await client.get(NODES, { name: 'node-1' }).catch(() => undefined);
      return found?.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ? found : undefined;
    });
    assert.equal(node.status?.allocatable?.cpu, '2');
    assert.match(node.status?.nodeInfo?.containerRuntimeVersion ?? '', /^containerd:\/\//);
    assert.equal(node.status?.daemonEndpoints?.kubeletEndpoint?.Port, agent.ports[0]);
  });

  test('a pod runs, tells its address, and leaves nothing behind', async () => {
    await create('plain', { containers: [box('sleep 600')] });
    const pod = await ready('plain');
    assert.match(pod.status?.podIP ?? '', /^172\.27\.77\./);
    assert.equal(pod.status?.qosClass, 'BestEffort');
    assert.equal(pod.status?.containerStatuses?.[0]?.restartCount, 0);
    const group = `${cgroupRoot}/kubepods/besteffort/pod${pod.metadata?.uid}`;
    assert.ok(openCgroups().processes(group).length >= 1);
    await remove('plain');
    assert.equal(openCgroups().exists(group), false);
    assert.equal(fs.existsSync(path.join(folder, 'agent/pods', pod.metadata?.uid ?? '')), false);
  });

  test('init containers run in order, a sidecar stays, the pod completes', async () => {
    const volumeMounts = [{ name: 'd', mountPath: '/d' }];
    await create('steps', {
      restartPolicy: 'Never',
      volumes: [{ name: 'd', emptyDir: {} }],
      initContainers: [
        { ...box('echo one > /d/log', { volumeMounts }), name: 'i1' },
        { ...box('sleep 600', { volumeMounts }), name: 'side', restartPolicy: 'Always' },
        { ...box('echo two >> /d/log', { volumeMounts }), name: 'i2' },
      ],
      containers: [box('cat /d/log', { volumeMounts })],
    });
    const pod = await phase('steps', 'Succeeded');
    assert.equal((await logOf('steps')).trim(), 'one\ntwo');
    assert.ok(pod.status?.initContainerStatuses?.every((s) => s.state?.terminated));
    await remove('steps');
  });

  test('a failing container waits longer each time, and shows how it ended', async () => {
    await create('crash', { containers: [box('echo why > /dev/termination-log; exit 3')] });
    const pod = await until(
      'crash',
      'in back-off',
      (p) => p.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
    );
    const status = pod.status?.containerStatuses?.[0];
    assert.equal(status?.restartCount, 1);
    assert.equal(status?.lastState?.terminated?.exitCode, 3);
    assert.equal(status?.lastState?.terminated?.message, 'why\n');
    await remove('crash');
  });

  test('configuration reaches a container as variables and files, and follows changes', async () => {
    await client.create(MAPS, { metadata: { namespace: 'default', name: 'm' }, data: { k: 'v1' } });
    await client.create(SECRETS, {
      metadata: { namespace: 'default', name: 's' },
      data: { p: Buffer.from('hush').toString('base64') },
    });
    await create(
      'config',
      {
        serviceAccountName: 'sa',
        volumes: [
          { name: 'm', configMap: { name: 'm' } },
          {
            name: 'p',
            projected: {
              sources: [
                { serviceAccountToken: { path: 'token' } },
                { secret: { name: 's' } },
                { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
              ],
            },
          },
        ],
        containers: [
          box('env; cat /p/token /p/p /p/labels; echo; sleep 600', {
            env: [
              { name: 'A', value: 'a' },
              { name: 'B', value: '$(A)b $(NONE) $$(A)' },
              { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
              { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
              { name: 'P', valueFrom: { secretKeyRef: { name: 's', key: 'p' } } },
            ],
            envFrom: [{ prefix: 'M_', configMapRef: { name: 'm' } }],
            volumeMounts: [
              { name: 'm', mountPath: '/m' },
              { name: 'p', mountPath: '/p' },
            ],
          }),
        ],
      },
      { labels: { app: 'x' } },
    );
    const pod = await ready('config');
    const text = await eventually('log', async () =>
      (await logOf('config')).includes('app=') ? logOf('config') : undefined,
    );
    for (const line of [
      'B=ab $(NONE) $(A)',
      `IP=${pod.status?.podIP}`,
      'CPU=2',
      'P=hush',
      'M_k=v1',
      'token-of-sahushapp="x"',
    ])
      assert.ok(text.includes(line), `${line} in ${text}`);
    const cri = connectCri({ socket: runtime.socket });
    const [container] = await cri.containerList({ 'io.kubernetes.pod.name': 'config' });
    await client.patch(MAPS, { namespace: 'default', name: 'm' }, { type: 'merge', body: { data: { k: 'v2' } } });
    await eventually('new content', async () => {
      const read = await cri.exec(container?.id ?? '', ['cat', '/m/k'], 5);
      return read.stdout.toString() === 'v2' ? true : undefined;
    });
    cri.close();
    await remove('config');
  });

  const call = (
    method: string,
    url: string,
    upgrade?: string,
  ): Promise<http.IncomingMessage & { upgraded?: net.Socket }> =>
    new Promise((resolve, reject) => {
      const headers = upgrade
        ? { connection: 'Upgrade', upgrade, 'x-stream-protocol-version': 'v4.channel.k8s.io' }
        : {};
      const { certPem: cert, keyPem: key } = certificates.client;
      const at = { host: '127.0.0.1', port: agent.ports[0], path: url, method, headers };
      const request = https.request({
        ...at,
        cert,
        key,
        ca: certificates.clientCaPem,
        checkServerIdentity: () => undefined,
      });
      request.on('response', resolve);
      request.on('upgrade', (answer, socket) => resolve(Object.assign(answer, { upgraded: socket as net.Socket })));
      request.on('error', reject);
      request.end();
    });
  const body = async (answer: http.IncomingMessage): Promise<string> => (await answer.toArray()).join('');

  test('the server gives logs, lists pods and runs commands, to the API server alone', async () => {
    await create('served', { containers: [box('echo one; echo two; echo three; sleep 600')] });
    await ready('served');
    const logs = (query: string) => call('GET', `/containerLogs/default/served/c?${query}`).then(body);
    await eventually('three lines', async () => ((await logs('')).includes('three') ? true : undefined));
    assert.equal(await logs('tailLines=1'), 'three\n');
    assert.match(await logs('timestamps=true&limitBytes=30'), /^\d{4}-\d\d-\d\dT.{19}/);
    assert.match(await logs('previous=true'), /previous terminated container "c" in pod "served" not found/);
    const pods = JSON.parse(await body(await call('GET', '/pods'))) as { items: Pod[] };
    assert.ok(pods.items.some((pod) => pod.metadata?.name === 'served' && pod.status?.phase === 'Running'));
    const usage = await body(await call('GET', '/metrics/resource'));
    assert.match(usage, /container_memory_working_set_bytes\{container="c",namespace="default",pod="served"\} [1-9]/);
    const query = 'command=sh&command=-c&command=echo+hi;exit+4&stdout=1&stderr=1';
    const answer = await call('POST', `/exec/default/served/c?${query}`, 'SPDY/3.1');
    assert.equal(answer.statusCode, 101);
    answer.upgraded?.destroy();
    const stranger = https.request({
      host: '127.0.0.1',
      port: agent.ports[0],
      path: '/pods',
      rejectUnauthorized: false,
    });
    const refused = new Promise<http.IncomingMessage>((resolve) => stranger.once('response', resolve));
    stranger.end();
    assert.equal((await refused).statusCode, 401);
    await remove('served');
  });

  test('a command runs through the server with its output and exit code', async () => {
    await create('commanded', { containers: [box('sleep 600')] });
    await ready('commanded');
    const query = 'command=sh&command=-c&command=cat;exit+4&stdin=1&stdout=1';
    const { certPem: cert, keyPem: key } = certificates.client;
    const socket = new WebSocket(
      `wss://127.0.0.1:${agent.ports[0]}/exec/default/commanded/c?${query}`,
      ['v5.channel.k8s.io'],
      { cert, key, rejectUnauthorized: false },
    );
    const said = new Map<number, string>();
    socket.on('message', (data: Buffer) =>
      said.set(data[0] ?? 0, (said.get(data[0] ?? 0) ?? '') + data.subarray(1).toString()),
    );
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(Buffer.from('\0hello'));
    socket.send(Buffer.from([255, 0]));
    await new Promise((resolve) => socket.once('close', resolve));
    assert.equal(said.get(1), 'hello');
    assert.match(said.get(3) ?? '', /"ExitCode","message":"4"/);
    await remove('commanded');
  });

  test('probes decide readiness and restarts', async () => {
    await create('probed', {
      containers: [
        box('mkdir -p /www; echo ok > /www/index.html; httpd -f -p 8080 -h /www', {
          ports: [{ name: 'web', containerPort: 8080 }],
          readinessProbe: { httpGet: { path: '/', port: 'web' }, periodSeconds: 1 },
          livenessProbe: { exec: { command: ['test', '!', '-e', '/bad'] }, periodSeconds: 1, failureThreshold: 1 },
        }),
      ],
    });
    await ready('probed');
    const cri = connectCri({ socket: runtime.socket });
    const [container] = await cri.containerList({ 'io.kubernetes.pod.name': 'probed' });
    await cri.exec(container?.id ?? '', ['touch', '/bad'], 5);
    cri.close();
    await until('probed', 'restarted', (p) => (p.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0 && isReady(p));
    await remove('probed');
  });

  test('security, resources and names are as the pod asks', async () => {
    await create('secure', {
      hostname: 'boat',
      subdomain: 'fleet',
      hostAliases: [{ ip: '10.1.2.3', hostnames: ['buoy'] }],
      dnsConfig: { searches: ['sea'] },
      securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000 },
      volumes: [
        { name: 'd', emptyDir: {} },
        { name: 'mem', emptyDir: { medium: 'Memory', sizeLimit: '8Mi' } },
      ],
      containers: [
        box(
          'id; hostname; cat /etc/hosts /etc/resolv.conf; touch /d/f; stat -c %g /d/f; touch /x || echo sealed; grep -E "CapEff|NoNewPrivs" /proc/self/status; grep " /mem " /proc/mounts; sleep 600',
          {
            resources: { limits: { cpu: '200m', memory: '64Mi' } },
            securityContext: {
              readOnlyRootFilesystem: true,
              allowPrivilegeEscalation: false,
              capabilities: { drop: ['ALL'] },
            },
            volumeMounts: [
              { name: 'd', mountPath: '/d' },
              { name: 'mem', mountPath: '/mem' },
            ],
          },
        ),
      ],
    });
    const pod = await ready('secure');
    assert.equal(pod.status?.qosClass, 'Guaranteed');
    const text = await eventually('log', async () =>
      (await logOf('secure')).includes('tmpfs') ? logOf('secure') : undefined,
    );
    for (const line of [
      'uid=1000 gid=3000 groups=2000',
      'boat\n',
      'boat.fleet.default.svc.cluster.local',
      '10.1.2.3\tbuoy',
      'nameserver 172.28.0.10',
      'sea',
      '\n2000\n',
      'sealed',
      'CapEff:\t0000000000000000',
      'NoNewPrivs:\t1',
      'size=8192k',
    ])
      assert.ok(text.includes(line), `${line} in ${text}`);
    await remove('secure');
  });

  test('what is missing keeps a pod waiting, and says so', async () => {
    await create('lost', { containers: [{ name: 'c', image: 'registry.test/none:1' }] });
    await create('keyless', {
      containers: [box('true', { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'nope', key: 'k' } } }] })],
    });
    const waiting = (reason: RegExp) => (p: Pod) =>
      reason.test(p.status?.containerStatuses?.[0]?.state?.waiting?.reason ?? '');
    await until('lost', 'no image', waiting(/^(ErrImagePull|ImagePullBackOff)$/));
    await until('keyless', 'no key', waiting(/^CreateContainerConfigError$/));
    await client.create(MAPS, { metadata: { namespace: 'default', name: 'nope' }, data: { k: 'v' } });
    await until('keyless', 'ran', (p) => (p.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
    await remove('lost');
    await remove('keyless');
  });

  test('a deadline and memory end a pod with their reasons', async () => {
    await create('late', { activeDeadlineSeconds: 1, containers: [box('sleep 600')] });
    await create('hungry', {
      restartPolicy: 'Never',
      containers: [
        box('exec dd if=/dev/zero of=/dev/null bs=200M count=1', { resources: { limits: { memory: '16Mi' } } }),
      ],
    });
    assert.equal((await phase('late', 'Failed')).status?.reason, 'DeadlineExceeded');
    const hungry = await phase('hungry', 'Failed');
    assert.equal(hungry.status?.containerStatuses?.[0]?.state?.terminated?.reason, 'OOMKilled');
    await remove('late');
    await remove('hungry');
  });

  /** An API that nobody answers for. */
  const silent = new Proxy({} as Client, {
    get: (_, name) => {
      if (name === 'cache')
        return () => ({
          synced: new Promise(() => undefined),
          isSynced: false,
          get: () => undefined,
          list: () => [],
          onChange: () => ({ close: () => undefined }),
          close: () => undefined,
        });
      return async () => Promise.reject(new WorldError('Unavailable', 'nobody answers'));
    },
  });

  test('a damaged checkpoint is told, and costs the pod nothing, with the API and without', async () => {
    await client.create(MAPS, { metadata: { namespace: 'default', name: 'kept' }, data: { k: 'v' } });
    await create('kept', {
      containers: [box('sleep 600', { volumeMounts: [{ name: 'map', mountPath: '/map' }] })],
      volumes: [{ name: 'map', configMap: { name: 'kept' } }],
    });
    const before = await ready('kept');
    const id = before.status?.containerStatuses?.[0]?.containerID;
    const checkpoint = path.join(folder, 'agent/pods', before.metadata?.uid ?? '', 'pod.json');
    const cri = connectCri({ socket: runtime.socket });
    const running = async (): Promise<string[]> =>
      (await cri.containerList({ 'io.kubernetes.pod.name': 'kept' }))
        .filter((container) => container.state === 1)
        .map((container) => `containerd://${container.id}`);
    await agent.stop();
    fs.truncateSync(checkpoint, Math.floor(fs.statSync(checkpoint).size / 2));
    agent = await startNodeAgent(optionsOf({ client: silent }));
    assert.deepEqual(fs.existsSync(`${checkpoint}.damaged`), true);
    assert.equal(fs.existsSync(checkpoint), false);
    assert.deepEqual(await running(), [id]);
    await agent.stop();
    fs.writeFileSync(checkpoint, '{"version":9}');
    agent = await startNodeAgent(optionsOf());
    await eventually('the event', async () => {
      const { items } = await client.list(EVENTS, { namespace: 'default' });
      return items.find((one) => one.reason === 'CheckpointDamaged' && one.involvedObject.name === 'kept');
    });
    await eventually('a new checkpoint', () => (fs.existsSync(checkpoint) ? true : undefined));
    const { pod, objects } = JSON.parse(fs.readFileSync(checkpoint, 'utf8'));
    assert.equal(pod.metadata.name, 'kept');
    assert.deepEqual(objects['configMap/default/kept'].data, { k: 'v' });
    assert.deepEqual(await running(), [id]);
    assert.equal((await ready('kept')).status?.containerStatuses?.[0]?.restartCount, 0);
    cri.close();
    await remove('kept');
  });

  test('an agent that starts again takes nothing back of what it told', async () => {
    const readinessProbe = {
      exec: { command: ['sh', '-c', 'echo asked >> /probes; sleep 1'] },
      timeoutSeconds: 30,
      periodSeconds: 1,
    };
    await create('told', { containers: [box('sleep 600', { readinessProbe })] });
    await ready('told');
    const cri = connectCri({ socket: runtime.socket });
    const [container] = await cri.containerList({ 'io.kubernetes.pod.name': 'told' });
    const asked = async (): Promise<number> =>
      (await cri.exec(container?.id ?? '', ['cat', '/probes'], 5)).stdout.toString().split('\n').length;
    const before = await asked();
    await agent.stop();
    const seen: boolean[] = [];
    const watch = client.cache(PODS).onChange(({ object }) => {
      if (object.metadata?.name === 'told') seen.push(isReady(object));
    });
    agent = await startNodeAgent(optionsOf());
    await eventually('probes go on', async () => ((await asked()) >= before + 3 ? true : undefined));
    watch.close();
    assert.ok(seen.every(Boolean), 'it never counted as not ready');
    assert.ok(isReady(await get('told')));
    cri.close();
    await remove('told');
  });

  test('a container that was made and never begun does not hold up the next', async () => {
    await create('begun', { containers: [box('sleep 600')] });
    await ready('begun');
    await agent.stop();
    const cri = connectCri({ socket: runtime.socket });
    const wanted = { 'io.kubernetes.pod.name': 'begun' };
    const [sandbox] = await cri.sandboxList(wanted);
    const [container] = await cri.containerList(wanted);
    assert.ok(sandbox && container);
    await cri.containerStop(container.id, 0);
    const { labels, annotations, image } = container;
    const config = { metadata: { name: 'c', attempt: 1 }, image, labels, annotations, command: ['sleep', '600'] };
    const sandboxConfig = { metadata: sandbox.metadata, labels: sandbox.labels };
    const never = await cri.containerCreate(sandbox.id, config as never, sandboxConfig as never);
    agent = await startNodeAgent(optionsOf());
    await until('begun', 'restarted', (p) => p.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(p));
    assert.ok((await cri.containerList(wanted)).every(({ id }) => id !== never));
    cri.close();
    await remove('begun');
  });

  test('nothing restarts when agent and runtime restart; after the sandbox is gone the pod runs again without the API', async () => {
    await create('lasting', { containers: [box('sleep 600')] });
    const first = (await ready('lasting')).status?.containerStatuses?.[0]?.containerID;
    await agent.stop();
    await runtime.restart();
    agent = await startNodeAgent(optionsOf());
    const cri = connectCri({ socket: runtime.socket });
    const labels = { 'io.kubernetes.pod.name': 'lasting' };
    assert.deepEqual(
      (await cri.containerList(labels)).map((c) => `containerd://${c.id}`),
      [first],
    );
    await agent.stop();
    for (const sandbox of await cri.sandboxList(labels)) await cri.sandboxStop(sandbox.id);
    agent = await startNodeAgent(optionsOf({ client: silent }));
    await eventually('runs again', async () => {
      const running = (await cri.containerList(labels)).find((c) => c.state === 1);
      return running && `containerd://${running.id}` !== first ? true : undefined;
    });
    await agent.stop();
    agent = await startNodeAgent(optionsOf());
    await until('lasting', 'counted', (p) => p.status?.containerStatuses?.[0]?.restartCount === 1 && isReady(p));
    cri.close();
    await remove('lasting');
  });
}
