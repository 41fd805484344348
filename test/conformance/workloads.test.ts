// Workloads with real containers, as their users count on them: no lost request while a deployment rolls, volumes that follow
// their pods, every index done once, nothing left of a namespace.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../integration/site.fixture.ts';
import { IMAGE, judgedSite, kubectlOf } from './judge.fixture.ts';

const { site, up, down } = judgedSite('workloads');
const kubectl = kubectlOf(site);
const ns = 'work';

const shell = (script: string) => ['/bin/busybox', 'sh', '-c', script];
const container = (script: string, more: object = {}) => ({ name: 'c', image: IMAGE, command: shell(script), ...more });
const template = (app: string, spec: object) => ({
  metadata: { labels: { app } },
  spec: { terminationGracePeriodSeconds: 5, ...spec },
});

async function told(command: string, input?: object): Promise<string> {
  const { code, stdout, stderr } = await kubectl(`-n ${ns} ${command}`, input ? { input: JSON.stringify(input) } : {});
  assert.equal(code, 0, `${command}: ${stderr}`);
  return stdout;
}
const made = (object: object) => told('apply -f -', object);
const workload = (kind: string, name: string, spec: object) =>
  made({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, ...spec },
  });

before(async () => {
  await up();
  assert.equal((await kubectl(`create ns ${ns}`)).code, 0);
});
after(down);

test('a deployment rolls without losing a request', async () => {
  // The server goes on for a moment after it was told to stop, so that every proxy has heard of it.
  const serve = (version: string) =>
    template('web', {
      containers: [
        container(`mkdir -p /w && echo ${version} > /w/index.html && exec httpd -f -p 80 -h /w`, {
          readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 1 },
          lifecycle: { preStop: { exec: { command: shell('sleep 2') } } },
        }),
      ],
    });
  await workload('Deployment', 'web', { replicas: 2, template: serve('one') });
  await told('expose deploy/web --port=80 --type=LoadBalancer');
  await told('rollout status deploy/web --timeout=60s');
  const address = await eventually('an address', async () =>
    told(`get svc web -o jsonpath='{.status.loadBalancer.ingress[0].ip}'`),
  );
  const ask = async (): Promise<string> => {
    const answer = await fetch(`http://${address}/`, {
      signal: AbortSignal.timeout(5000),
      headers: { connection: 'close' },
    });
    return (await answer.text()).trim();
  };
  await eventually('the first answer', async () => (await ask()) === 'one');
  const answers = new Map<string, number>();
  const lost: string[] = [];
  let rolling = true;
  const asking = (async () => {
    while (rolling) {
      await ask().then(
        (text) => answers.set(text, (answers.get(text) ?? 0) + 1),
        (error) => lost.push(String(error)),
      );
      await pause(5);
    }
  })();
  await workload('Deployment', 'web', { replicas: 2, template: serve('two') });
  await told('rollout status deploy/web --timeout=60s');
  await eventually(
    'the old ones are gone',
    async () => (await told('get pods -l app=web -o name')).trim().split('\n').length === 2,
  );
  rolling = false;
  await asking;
  assert.deepEqual(lost, []);
  assert.deepEqual([...answers.keys()].sort(), ['one', 'two']);
  assert.equal(await ask(), 'two');
});

test('the volume of a stateful pod outlives it', async () => {
  await workload('StatefulSet', 'db', {
    replicas: 2,
    serviceName: 'db',
    template: template('db', {
      terminationGracePeriodSeconds: 1,
      containers: [
        container('echo $HOSTNAME >> /data/log; exec sleep 1000000', {
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        }),
      ],
    }),
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
      },
    ],
  });
  await told('rollout status sts/db --timeout=60s');
  const uid = await told(`get pod db-1 -o jsonpath='{.metadata.uid}'`);
  await told('delete pod db-1');
  await eventually('another db-1', async () => (await told(`get pod db-1 -o jsonpath='{.metadata.uid}'`)) !== uid);
  await told('rollout status sts/db --timeout=60s');
  await eventually(
    'it wrote again',
    async () => (await told('exec db-1 -- /bin/busybox cat /data/log')) === 'db-1\ndb-1\n',
  );
  await told('delete sts db');
  assert.equal((await told('get pvc -o name')).trim().split('\n').length, 2, 'claims stay');
});

test('an indexed job does every index once', async () => {
  await made({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'parts' },
    spec: {
      completions: 4,
      parallelism: 2,
      completionMode: 'Indexed',
      template: { spec: { restartPolicy: 'Never', containers: [container('echo part $JOB_COMPLETION_INDEX')] } },
    },
  });
  await told('wait --for=condition=complete job/parts --timeout=60s');
  assert.equal(await told(`get job parts -o jsonpath='{.status.completedIndexes} {.status.succeeded}'`), '0-3 4');
  const lines = (await told('logs -l job-name=parts --tail=-1')).trim().split('\n').sort();
  assert.deepEqual(lines, ['part 0', 'part 1', 'part 2', 'part 3']);
});

test('a daemon set runs on every node that its pods tolerate', async () => {
  const containers = [container('exec sleep 1000000')];
  await workload('DaemonSet', 'workers', {
    template: template('workers', { terminationGracePeriodSeconds: 1, containers }),
  });
  const tolerations = [{ operator: 'Exists' }];
  await workload('DaemonSet', 'all', {
    template: template('all', { terminationGracePeriodSeconds: 1, containers, tolerations }),
  });
  for (const name of ['workers', 'all']) await told(`rollout status ds/${name} --timeout=90s`);
  const nodes = (await told('get nodes -o name')).trim().split('\n').length;
  assert.equal(await told(`get ds all -o jsonpath='{.status.numberReady}'`), String(nodes));
  assert.equal(await told(`get ds workers -o jsonpath='{.status.numberReady}'`), '1');
});

test('a cron job starts its jobs in time', async () => {
  const containers = [container('echo tick')];
  await made({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick' },
    spec: {
      schedule: '* * * * *',
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers } } } },
    },
  });
  await eventually('a job of the cron job', async () => /tick-\d+/.test(await told('get jobs -o name')));
  assert.match(await told(`get cronjob tick -o jsonpath='{.status.lastScheduleTime}'`), /:00Z$/);
});

test('a namespace goes with everything in it', async () => {
  await told(`delete ns ${ns} --timeout=90s`);
  assert.equal((await kubectl(`get ns ${ns}`)).code, 1);
  await eventually('volumes are gone too', async () => (await told('get pv -o name')) === '');
  assert.equal(await told('get pods,svc,deploy,sts,ds,jobs,pvc,endpointslices,cm -o name'), '');
});
