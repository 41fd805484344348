// Drills of a site of two nodes, on a lab: each passes, tells its timeline and puts everything back, also when the command is killed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { type DrillReport, siteFolders } from '#model/site';
import { writeBusyboxImage } from './image.fixture.ts';
import { bringUpPair, NODES, type NodeName, otherThan, pairSite } from './pair.fixture.ts';
import { eventually, HOME } from './site.fixture.ts';

const site = pairSite('pdrill');
const IMAGE = 'busybox:1';
const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      topologySpreadConstraints:
      - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
      containers: [{name: web, image: ${IMAGE}}]
`;
const WHOLE_MS = 240_000;
const foldersOf = (node: NodeName) => siteFolders(path.join(site.data, node));

interface Pod {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: { type: string; status: string }[] };
}

/** Where the pods stand that are Ready, sorted. */
async function placesOfReady(): Promise<string[]> {
  const { items } = JSON.parse(await site.kubectl('get', 'pods', '-l', 'app=web', '-o', 'json')) as { items: Pod[] };
  const ready = items.filter(
    ({ metadata, status }) =>
      !metadata.deletionTimestamp && status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
  );
  return ready.map(({ spec }) => spec.nodeName ?? '').sort();
}

/** From none to all, so that they are spread over both nodes. */
async function spreadPods(): Promise<void> {
  await site.kubectl('scale', 'deployment/web', '--replicas=0');
  await eventually(
    'no pod is left',
    async () => (await site.kubectl('get', 'pods', '-l', 'app=web', '-o', 'name')) === '',
  );
  await site.kubectl('scale', 'deployment/web', '--replicas=4');
  await eventually('pods on both nodes', async () => {
    const places = await placesOfReady();
    return places.length === 4 && new Set(places).size === 2;
  });
}

async function redundant(): Promise<void> {
  await eventually(
    'the loss of a node is survived',
    async () => {
      const { phase, conditions } = await site.status();
      return phase === 'Ready' && conditions.some(({ type, status }) => type === 'Redundant' && status === 'True');
    },
    WHOLE_MS,
  );
}

async function nothingLeft(): Promise<void> {
  for (const node of NODES) assert.ok(!fs.existsSync(foldersOf(node).drillFile), `${node} has nothing to put back`);
  const { code, stderr } = await site.kubectlRan(['get', 'namespace', 'holdfast-drill']);
  assert.ok(code !== 0 && stderr.includes('NotFound'), stderr);
}

/** The report of a drill that passed, and what was said before and meanwhile. */
async function passed(name: string, ...args: string[]): Promise<{ report: DrillReport; said: string }> {
  const { code, stdout, stderr } = await site.holdfast('drill', 'run', name, '--yes', '--json', ...args);
  assert.equal(code, 0, `${stderr}\n${stdout}`);
  const report = JSON.parse(stdout) as DrillReport;
  assert.deepEqual([report.drill, report.verdict, report.restored], [name, 'passed', true]);
  await nothingLeft();
  await redundant();
  return { report, said: stderr };
}

/** The figures that a report has, and no other; each is a span that began with the fault, but for `healed`. */
function hasFigures({ figures }: DrillReport, ...names: string[]): void {
  const expected = [...names, 'healed', 'drill'].map((name) => `${name}Ms`).sort();
  assert.deepEqual(Object.keys(figures).sort(), expected);
  for (const [name, ms] of Object.entries(figures))
    assert.ok(ms >= 0 && ms <= (figures.drillMs ?? 0), `${name}: ${ms}`);
}

before(async () => {
  await bringUpPair(site);
  const archive = path.join(path.dirname(site.data), 'busybox.tar');
  await writeBusyboxImage(archive, `docker.io/library/${IMAGE}`);
  const imported = await site.holdfast('image', 'import', archive);
  assert.equal(imported.code, 0, imported.stderr);
  const { code, stderr } = await site.kubectlRan(['apply', '-f', '-'], { input: WEB });
  assert.equal(code, 0, stderr);
  await spreadPods();
});
beforeEach(redundant);
after(() => site.destroy());

test('nothing is done unasked, nor what belongs to another drill', async () => {
  for (const [args, exit, said] of [
    [['node-loss'], 2, /nobody is there/],
    [['wire-cut', '--yes', '--node', 'node-a'], 2, /--node belongs to node-loss/],
    [['node-loss', '--yes', '--node', 'witness'], 2, /drill run witness-loss/],
  ] as const) {
    const { code, stderr } = await site.holdfast('drill', 'run', ...args);
    assert.equal(code, exit, stderr);
    assert.match(stderr, said);
  }
  await nothingLeft();
});

test('witness-loss: the vote is missed, and no pod is touched', async () => {
  const { report } = await passed('witness-loss');
  // The witness may have led etcd.
  hasFigures(report, 'detected', ...('controlMs' in report.figures ? ['control'] : []));
  assert.match(
    report.steps.map(({ what }) => what).join('\n'),
    /vote of the witness is missed[\s\S]*no pod was touched/,
  );
});

test('node-loss takes the node that does not control, and says first which pods move', async () => {
  const controller = await site.controller();
  const lost = otherThan(controller);
  const { report, said } = await passed('node-loss');
  hasFigures(report, 'detected', 'fenced', 'firstPod', 'allPods');
  assert.match(said, new RegExp(`${lost} is away for at most[\\s\\S]*control stays[\\s\\S]*default/web-`));
  assert.match(report.steps[0]?.what ?? '', new RegExp(`^${lost} is cut off`));
  assert.equal(await site.controller(), controller);
  assert.deepEqual(new Set(await placesOfReady()), new Set([`${controller}-worker`]));
});

test('node-loss of the node that controls: control and the address move', async () => {
  await spreadPods();
  const lost = await site.controller();
  const { report } = await passed('node-loss', '--node', lost);
  hasFigures(report, 'detected', 'fenced', 'control', 'address', 'firstPod', 'allPods');
  assert.equal(await site.controller(), otherThan(lost));
});

test('wire-cut: one node is left with all pods', async () => {
  await spreadPods();
  const { report } = await passed('wire-cut');
  const moved = 'controlMs' in report.figures ? ['control', 'address'] : [];
  hasFigures(report, 'detected', 'fenced', ...moved, 'firstPod', 'allPods');
  assert.equal(new Set(await placesOfReady()).size, 1);
});

test('a node-loss whose command is killed in the middle is put back; meanwhile no other begins', async () => {
  const lost = otherThan(await site.controller());
  const keeper = foldersOf(otherThan(lost));
  const command = spawn(path.join(HOME, 'holdfast'), ['drill', 'run', 'node-loss', '--yes', '--data', site.data], {
    stdio: 'ignore',
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => command.once('exit', (_, signal) => resolve(signal)));
  await eventually(
    'the node is lost',
    async () => fs.existsSync(keeper.drillFile) && site.processes(lost).length === 0,
  );
  command.kill('SIGSTOP');
  const second = await site.holdfast('drill', 'run', 'witness-loss', '--yes');
  command.kill('SIGKILL');
  assert.equal(await ended, 'SIGKILL', 'it was killed in the middle');
  assert.equal(second.code, 6, second.stderr);
  await eventually('it is put back', async () => !fs.existsSync(keeper.drillFile), WHOLE_MS);
  assert.match(fs.readFileSync(keeper.eventsFile, 'utf8'), /DrillPutBack/);
  await redundant();
  await nothingLeft();
});
