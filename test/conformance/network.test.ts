// The network as pods and neighbours see it: names, Services of every type, affinity, host ports.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../integration/site.fixture.ts';
import { IMAGE, judgedSite, kubectlOf } from './judge.fixture.ts';

const { site, up, down } = judgedSite('network');
const kubectl = kubectlOf(site);
const ns = 'net';
let nodeAddress = '';

async function told(command: string, input?: object): Promise<string> {
  const { code, stdout, stderr } = await kubectl(`-n ${ns} ${command}`, input ? { input: JSON.stringify(input) } : {});
  assert.equal(code, 0, `${command}: ${stderr}`);
  return stdout;
}
const service = (name: string, spec: object) =>
  told('apply -f -', { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });
const inside = (script: string): Promise<string> => told(`exec client -- /bin/busybox sh -c '${script}'`);
const fetched = async (url: string): Promise<string> =>
  (await (await fetch(url, { signal: AbortSignal.timeout(5000), headers: { connection: 'close' } })).text()).trim();
const web = { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] };
const ofPods = (field: string, app = 'web') => told(`get pods -l app=${app} -o jsonpath='{.items[*].${field}}'`);

before(async () => {
  await up();
  assert.equal((await kubectl(`create ns ${ns}`)).code, 0);
  const serve = ['/bin/busybox', 'sh', '-c', 'mkdir -p /w && hostname > /w/index.html && exec httpd -f -p 80 -h /w'];
  await told('apply -f -', {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'web' },
    spec: {
      replicas: 3,
      serviceName: 'peers',
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            { name: 'c', image: IMAGE, command: serve, readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 } },
          ],
        },
      },
    },
  });
  await service('peers', { ...web, clusterIP: 'None' });
  await told(`run client --image=${IMAGE} --restart=Never`);
  await told('wait --for=condition=Ready pod/client --timeout=60s');
  await told('rollout status sts/web --timeout=60s');
  nodeAddress = await told(
    `get node -l node-role.kubernetes.io/worker -o jsonpath='{.items[0].status.addresses[?(@.type=="InternalIP")].address}'`,
  );
});
after(down);

test('a headless service names each of its pods', async () => {
  const addresses = (await ofPods('status.podIP')).split(' ').sort();
  await eventually('all addresses', async () => {
    const answer = await inside('nslookup -type=a peers.net.svc.cluster.local || true');
    const found = [...answer.matchAll(/^Address: (172\.27\.\S+)$/gm)].map((match) => match[1]).sort();
    return JSON.stringify(found) === JSON.stringify(addresses);
  });
  assert.equal((await inside('wget -qO- http://web-1.peers/')).trim(), 'web-1');
});

test('a cluster address is found by name and by variable, and spreads', async () => {
  await service('front', web);
  const seen = new Set<string>();
  await eventually('all pods answer', async () => {
    seen.add((await inside('wget -qO- http://front.net/')).trim());
    return seen.size === 3;
  });
  assert.deepEqual([...seen].sort(), ['web-0', 'web-1', 'web-2']);
  const env = await inside('env');
  assert.match(env, /^KUBERNETES_SERVICE_HOST=172\.28\.0\.1$/m);
});

test('affinity keeps a client with one pod', async () => {
  await service('sticky', { ...web, sessionAffinity: 'ClientIP' });
  await eventually('it answers', async () => (await inside('wget -qO- http://sticky/')).startsWith('web-'));
  const answers = await inside('for i in 1 2 3 4 5 6 7 8 9 10 11 12; do wget -qO- http://sticky/; done');
  assert.equal(new Set(answers.trim().split('\n')).size, 1, answers);
});

test('an external name is an alias', async () => {
  await service('elsewhere', { type: 'ExternalName', externalName: 'front.net.svc.cluster.local' });
  const answer = await eventually('the alias', async () => {
    const said = await inside('nslookup elsewhere.net.svc.cluster.local || true');
    return said.includes('canonical name') && said;
  });
  assert.match(answer, /elsewhere\.net\.svc\.cluster\.local\s+canonical name = front\.net\.svc\.cluster\.local/);
  assert.match((await inside('wget -qO- http://elsewhere/')).trim(), /^web-\d$/);
});

test('a node port answers at the node, to neighbours and to pods', async () => {
  await service('ported', { ...web, type: 'NodePort' });
  const port = await told(`get svc ported -o jsonpath='{.spec.ports[0].nodePort}'`);
  await eventually('a neighbour is answered', async () =>
    /^web-\d$/.test(await fetched(`http://${nodeAddress}:${port}/`)),
  );
  assert.match((await inside(`wget -qO- http://${nodeAddress}:${port}/`)).trim(), /^web-\d$/);
});

test('a load balancer answers at its address, to neighbours and to pods', async () => {
  await service('outside', { ...web, type: 'LoadBalancer' });
  const address = await eventually('an address', () =>
    told(`get svc outside -o jsonpath='{.status.loadBalancer.ingress[0].ip}'`),
  );
  await eventually('a neighbour is answered', async () => /^web-\d$/.test(await fetched(`http://${address}/`)));
  assert.match((await inside(`wget -qO- http://${address}/`)).trim(), /^web-\d$/);
});

test('a host port answers at the node of its pod', async () => {
  const command = [
    '/bin/busybox',
    'sh',
    '-c',
    'mkdir -p /w && echo host > /w/index.html && exec httpd -f -p 8080 -h /w',
  ];
  const ports = [{ containerPort: 8080, hostPort: 18080 }];
  await told('apply -f -', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'host' },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: IMAGE, command, ports }] },
  });
  await told('wait --for=condition=Ready pod/host --timeout=60s');
  await eventually('it answers', async () => (await fetched(`http://${nodeAddress}:18080/`)) === 'host');
});

test('a service without pods refuses at once', async () => {
  await service('empty', { ...web, selector: { app: 'nobody' } });
  const answer = await inside('wget -qO- http://empty/ 2>&1 || true');
  assert.match(answer, /refused/);
});
