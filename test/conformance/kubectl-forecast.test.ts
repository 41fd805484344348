// What kubectl says to somebody whose pod would cost a site of two nodes the loss of one: refused or warned, with the arithmetic.
import fs from 'node:fs';
import { after, before, it } from 'node:test';
import { type Client, resourceOf } from '#client';
import type { Event, Node, Pod } from '#model/kube';
import { type Machine, planPair, siteFolders } from '#model/site';
import { systemClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { type RunningControllers, runControllers } from '#reconcile';
import { LostNodes } from '#services/machines';
import { ForecastOfPair } from '../../src/apps/kube/pair-forecast.ts';
import { startTrialServer, type TrialServer } from '../../src/services/apiserver/trial-server.fixture.ts';
import { eventually, ran } from '../integration/site.fixture.ts';
import { judge, type Kubectl, type Step } from './judge.fixture.ts';

const folder = testFolder('forecast');
const folders = siteFolders(folder);
const config = `${folder}/config`;
const forecast = new ForecastOfPair({ pair: planPair('10.50.9.0/24', (name) => `/nowhere/${name}`), folders });
const lost = new LostNodes();
let trial: TrialServer;
let client: Client;
let controllers: RunningControllers;

const kubectl: Kubectl = (command, { input } = {}) =>
  ran('kubectl', [`--kubeconfig=${config}`, `--cache-dir=${folder}/cache`, ...command.split(' ')], { input });
const machine = (node: string): Machine => ({ name: `${node}-worker`, role: 'worker', node, pinned: true }) as Machine;
const set = (settings: object): void => fs.writeFileSync(folders.settingsFile, JSON.stringify(settings));

/** A pod of a controller, as a Deployment's. */
const pod = (name: string, cpu: string, more: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'web', controller: true }],
    },
    spec: { containers: [{ name: 'main', image: 'web', resources: { requests: { cpu } } }], ...more },
  });

before(async () => {
  fs.mkdirSync(folders.state, { recursive: true });
  set({ nodeBudgetPercent: 100 });
  trial = await startTrialServer({ forecast: forecast.door, gauges: forecast.gauges });
  fs.writeFileSync(config, await trial.kubeconfig('anna', ['system:masters']));
  client = trial.server.client({ name: 'root', groups: ['system:masters'] });
  await client.create(resourceOf('', 'v1', 'serviceaccounts'), { metadata: { name: 'default', namespace: 'default' } });
  const nodes = resourceOf<Node>('', 'v1', 'nodes');
  for (const node of ['node-a', 'node-b']) {
    const made = await client.create(nodes, { metadata: { name: `${node}-worker` } });
    const status = {
      allocatable: { cpu: '2', memory: '4Gi', pods: '110' },
      conditions: [{ type: 'Ready', status: 'True', reason: 'x', message: 'y' }],
    };
    // New nodes are tainted until somebody has seen that they are ready.
    await client.update(nodes, { ...made, status } as Node, { subresource: 'status' });
    await client.patch(nodes, { name: `${node}-worker` }, { type: 'merge', body: { spec: { taints: null } } });
  }
  const { controller } = forecast.keep({
    ...{ client, clock: systemClock, log: memoryLog(), lost, settingsChanged: lost.cache },
    machines: ['node-a', 'node-b'].map(machine),
  });
  controllers = runControllers([controller], { clock: systemClock, log: memoryLog() });
  await eventually('a forecast', async () => forecast.told()?.whole);
});
after(async () => {
  await controllers.stop();
  await forecast.stop();
  await trial.stop();
  fs.rmSync(folder, { recursive: true });
});

const ON_A = { nodeName: 'node-a-worker' };
const CLAUSES =
  'after the loss of node-a there would be no room for default/second; default/second: Insufficient cpu; ' +
  'cpu: 2.5 cores asked for then, of 2 cores that are left; ask for less, * holdfast settings set forecastBreach=warn';

it('refuses it with the arithmetic and the cure, and lets in what fits', () =>
  judge(kubectl, [
    ['create -f -', { input: pod('first', '1500m', ON_A), out: 'pod/first created' }],
    [
      'create -f -',
      {
        input: pod('second', '1', ON_A),
        code: 1,
        err: `*Error from server (Forbidden): *pods "second" is forbidden: it would break the failover forecast: ${CLAUSES}`,
      },
    ],
    [
      'apply --server-side -f -',
      { input: pod('second', '1', ON_A), code: 1, err: /it would break the failover forecast/ },
    ],
    ['create -f -', { input: pod('third', '500m'), out: 'pod/third created' }],
    ['get pods -o name', 'pod/first\npod/third'],
  ] satisfies Step[]));

it('lets it in with warnings where the site is set so, and tells of it on the pod', async () => {
  set({ nodeBudgetPercent: 100, forecastBreach: 'warn' });
  await judge(kubectl, [
    [
      'create -f - --dry-run=server',
      { input: pod('second', '1', ON_A), out: /second created/, err: /^Warning: it would break/ },
    ],
    [
      'create -f -',
      {
        input: pod('second', '1', ON_A),
        out: 'pod/second created',
        err: /^Warning: it would break the failover forecast: after the loss of node-a .*\n(Warning: .*\n)*Warning: cpu: 3 cores asked for then, of 2 cores that are left\n/,
      },
    ],
  ]);
  await eventually('an event on the pod', async () => {
    const { items } = await client.list(resourceOf<Event>('', 'v1', 'events'), { namespace: 'default' });
    return items.find(
      ({ reason, involvedObject }) => `${reason} ${involvedObject.name}` === 'FailoverForecastBreach second',
    );
  });
  await eventually('the metric', async () =>
    (await kubectl('get --raw /metrics')).stdout.includes('holdfast_forecast_survives{node="node-a"} 0\n'),
  );
});

it('lets everything in while a node is lost', async () => {
  set({ nodeBudgetPercent: 100, forecastBreach: 'refuse' });
  const input = pod('fourth', '500m', ON_A);
  await judge(kubectl, [['create -f -', { input, code: 1, err: /it would break the failover forecast/ }]]);
  lost.set(['node-b']);
  await judge(kubectl, [['create -f -', { input, out: 'pod/fourth created' }]]);
  lost.set([]);
});

it('says what the budget has left', async () => {
  const pods = resourceOf<Pod>('', 'v1', 'pods');
  for (const name of ['first', 'second', 'third', 'fourth'])
    await client.delete(pods, { namespace: 'default', name }, { gracePeriodSeconds: 0 });
  set({});
  await judge(kubectl, [
    ['create -f -', { input: pod('half', '1500m', ON_A), out: 'pod/half created' }],
    [
      'create -f -',
      {
        input: pod('over', '600m', { nodeName: 'node-b-worker' }),
        code: 1,
        err: /cpu: 2.1 cores asked for then, of 2 cores that are left/,
      },
    ],
    [
      'run alone --image=web --overrides={"spec":{"containers":[{"name":"alone","image":"web","resources":{"requests":{"memory":"5Gi"}}}]}}',
      { out: 'pod/alone created' },
    ],
    [
      'run bare --image=web --overrides={"spec":{"nodeName":"node-a-worker","containers":[{"name":"bare","image":"web","resources":{"requests":{"cpu":"1"}}}]}}',
      {
        code: 1,
        err: /pods may ask for 50 percent of each node .*; cpu: 1.5 cores asked for so far, 1 core more by this pod, of 2 cores/,
      },
    ],
  ]);
});
