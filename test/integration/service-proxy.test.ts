// The rules of the service proxy in a real kernel: a machine's namespace with two pods behind it, and a client outside.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { testName } from '#platform/process';
import type { EndpointSlice, Pod, Service } from '../../src/model/kube/index.ts';
import { baseScript, EMPTY_RULESET, type Ruleset, scriptBetween } from '../../src/services/service-proxy/ruleset.ts';
import { type ProxyState, planServices } from '../../src/services/service-proxy/services.plan.ts';

const NODE = testName('node');
const PODS = [testName('pod-1'), testName('pod-2')] as const;
const OUT = testName('out');
const SPACES = [NODE, ...PODS, OUT];
const servers: ChildProcess[] = [];
const sh = (command: string, ns?: string, input?: string): string =>
  execFileSync(ns ? 'nsenter' : 'sh', ns ? [`--net=/run/netns/${ns}`, 'sh', '-c', command] : ['-c', command], {
    encoding: 'utf8',
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
  });

/** A server that answers with its own name and with the address it saw. */
const SERVER = `require('node:http').createServer((q, r) => r.end(process.argv[1] + ' ' + q.socket.remoteAddress.replace('::ffff:', ''))).listen(8080, () => console.log('up'))`;

function link(ns: string, address: string, gateway: string, index: number): void {
  sh(`ip link add eth0 netns ${ns} type veth peer name v${index} netns ${NODE}`);
  sh(
    `ip link set lo up; ip link set eth0 up; ip addr add ${address}/24 dev eth0; ip route replace default via ${gateway}`,
    ns,
  );
}

before(async () => {
  cleanUp();
  for (const ns of SPACES) sh(`ip netns add ${ns}`);
  sh('ip link set lo up; sysctl -qw net.ipv4.ip_forward=1', NODE);
  // Two pods by routes, as the ptp plug-in does it; a client on the switch.
  for (const [i, ns] of PODS.entries()) {
    link(ns, `172.27.9.${i + 2}`, '172.27.9.1', i);
    sh(
      `ip addr add 172.27.9.1/32 dev v${i}; ip link set v${i} up; ip route add 172.27.9.${i + 2}/32 dev v${i} src 172.27.9.1`,
      NODE,
    );
    sh(
      'ip route replace 172.27.9.1 dev eth0; ip route del 172.27.9.0/24 dev eth0; ip route replace default via 172.27.9.1',
      ns,
    );
  }
  link(OUT, '10.99.0.9', '10.99.0.1', 9);
  sh('ip addr add 10.99.0.1/24 dev v9; ip addr add 10.99.0.200/32 dev v9; ip link set v9 up', NODE);
  for (const [i, ns] of PODS.entries()) {
    const server = spawn('nsenter', [`--net=/run/netns/${ns}`, process.execPath, '-e', SERVER, `pod-${i + 1}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    servers.push(server);
    await new Promise((resolve) => server.stdout?.once('data', resolve));
  }
});

function cleanUp(): void {
  for (const server of servers) server.kill('SIGKILL');
  for (const ns of SPACES) sh(`ip netns del ${ns} 2>/dev/null || true`);
}
after(cleanUp);

const service = (name: string, spec: Partial<Service['spec']>, ingress?: string): Service => ({
  metadata: { namespace: 'default', name },
  spec: { type: 'ClusterIP', ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }], ...spec } as Service['spec'],
  status: ingress ? { loadBalancer: { ingress: [{ ip: ingress }] } } : {},
});
const slice = (name: string, addresses: readonly string[]): EndpointSlice => ({
  metadata: { namespace: 'default', name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  endpoints: addresses.map((address) => ({ addresses: [address], nodeName: 'n1', conditions: { ready: true } })),
});

const both = ['172.27.9.2', '172.27.9.3'];
const hostPortPod: Pod = {
  metadata: { namespace: 'default', name: 'hp' },
  spec: { containers: [{ name: 'c', ports: [{ containerPort: 8080, hostPort: 8888 }] }] },
  status: { podIP: '172.27.9.3', phase: 'Running' },
};

function state(change: Partial<ProxyState> = {}): ProxyState {
  const services = [
    service('web', { clusterIP: '172.28.0.20', clusterIPs: ['172.28.0.20'] }),
    service('none', { clusterIP: '172.28.0.21', clusterIPs: ['172.28.0.21'] }),
    service('sticky', { clusterIP: '172.28.0.22', clusterIPs: ['172.28.0.22'], sessionAffinity: 'ClientIP' }),
    service('np', {
      type: 'NodePort',
      clusterIP: '172.28.0.23',
      clusterIPs: ['172.28.0.23'],
      ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }],
    }),
    service(
      'lb',
      { type: 'LoadBalancer', clusterIP: '172.28.0.24', clusterIPs: ['172.28.0.24'], externalTrafficPolicy: 'Local' },
      '10.99.0.200',
    ),
    service('self', { clusterIP: '172.28.0.25', clusterIPs: ['172.28.0.25'] }),
  ];
  const slices = new Map(
    [
      slice('web', both),
      slice('sticky', both),
      slice('np', both),
      slice('lb', both),
      slice('self', ['172.27.9.2']),
    ].map((s) => [`default/${s.metadata?.labels?.['kubernetes.io/service-name']}`, [s]]),
  );
  return {
    nodeName: 'n1',
    podCidr: '172.27.0.0/16',
    services,
    slices,
    pods: [hostPortPod],
    ownAddresses: new Set(),
    ...change,
  };
}

/** What `ns` hears from a URL, "refused" when nobody is there. */
const ask = (ns: string, url: string): string => {
  const program = `fetch('${url}',{signal:AbortSignal.timeout(8000),headers:{connection:'close'}}).then(r=>r.text()).then(console.log,e=>console.log(e.cause?.code==='ECONNREFUSED'?'refused':'failed '+(e.cause?.code??e.message)))`;
  return execFileSync('nsenter', [`--net=/run/netns/${ns}`, process.execPath, '-e', program], {
    encoding: 'utf8',
  }).trim();
};
const load = (from: Ruleset | undefined, to: Ruleset): void => {
  sh('nft -f -', NODE, from ? scriptBetween(from, to) : baseScript('172.27.0.0/16') + scriptBetween(EMPTY_RULESET, to));
};

test('services answer in every way they can be reached', async (t) => {
  const first = planServices(state());
  load(undefined, first);
  await t.test('a pod reaches both backends of a cluster address, with its own address seen', () => {
    const seen = new Set(Array.from({ length: 12 }, () => ask(PODS[0], 'http://172.28.0.20/')));
    assert.ok(
      [...seen].some((answer) => answer.startsWith('pod-2 172.27.9.2')),
      [...seen].join(),
    );
    assert.ok(
      [...seen].some((answer) => answer.startsWith('pod-1')),
      [...seen].join(),
    );
  });
  await t.test('a pod reaches itself through its service', () =>
    assert.match(ask(PODS[0], 'http://172.28.0.25/'), /^pod-1 /),
  );
  await t.test('a service without endpoints refuses at once', () =>
    assert.equal(ask(PODS[0], 'http://172.28.0.21/'), 'refused'),
  );
  await t.test('affinity holds, also after other services changed', () => {
    const answer = ask(OUT, 'http://172.28.0.22/').split(' ')[0];
    const slices = new Map(state().slices);
    slices.set('default/web', [slice('web', ['172.27.9.3'])]);
    const second = planServices(state({ slices }));
    load(first, second);
    for (let i = 0; i < 8; i++) assert.equal(ask(OUT, 'http://172.28.0.22/').split(' ')[0], answer);
    for (let i = 0; i < 6; i++) assert.match(ask(PODS[0], 'http://172.28.0.20/'), /^pod-2 /);
    load(second, first);
  });
  await t.test('a node port answers from outside, masqueraded', () =>
    assert.match(ask(OUT, 'http://10.99.0.1:30080/'), /^pod-[12] (172\.27\.9\.1|10\.99\.0\.1)$/),
  );
  await t.test('a load-balancer address with policy Local keeps the client address', () =>
    assert.match(ask(OUT, 'http://10.99.0.200/'), /^pod-[12] 10\.99\.0\.9$/),
  );
  await t.test('other ports of a load-balancer address refuse', () =>
    assert.equal(ask(OUT, 'http://10.99.0.200:10250/'), 'refused'),
  );
  await t.test('a host port answers', () => assert.match(ask(OUT, 'http://10.99.0.1:8888/'), /^pod-2 /));
  await t.test('removing everything leaves no chain of a service', () => {
    load(first, EMPTY_RULESET);
    assert.doesNotMatch(sh('nft list table ip holdfast-services', NODE), /default\//);
  });
});
