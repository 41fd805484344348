// A site (simulated containers) and a hub, both by the command line alone: the hub's folder becomes what the site runs, the site takes the
// local plane, and both sides show what differs until it is chosen.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, it } from 'node:test';
import type { HubSiteDetails, HubTokenAnswer } from '#model/hub';
import type { PlaneStatus } from '#model/site';
import { testFolder } from '#platform/process';
import { bringUp, eventually, HOME, ran, testSite } from './site.fixture.ts';

const site = testSite('hubpl');
const folder = testFolder('hubpl');
const source = `${folder}/wanted`;

async function hub<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await ran(path.join(HOME, 'holdfast'), [
    'hub',
    ...args,
    '--json',
    '--data',
    `${folder}/hub`,
  ]);
  assert.equal(code, 0, `hub ${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
async function holdfast(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await site.holdfast(...args);
  assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}
/** The hub is dialled at once, and heard. */
async function contact(): Promise<void> {
  await holdfast('link', 'cut');
  await holdfast('link', 'restore');
}
const plane = async (): Promise<PlaneStatus> => JSON.parse(await holdfast('plane', '--json')) as PlaneStatus;
const wants = (name: string, a: string): void =>
  fs.writeFileSync(
    `${source}/${name}.json`,
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { a } }),
  );
const dataOf = (name: string): Promise<string> => site.kubectl('get', 'configmap', name, '-o', 'jsonpath={.data.a}');
const setData = (name: string) =>
  site.kubectlRan(['patch', 'configmap', name, '--type=merge', '-p', JSON.stringify({ data: { a: 'mine' } })]);
const settled = (revision: number) =>
  eventually(`revision ${revision} is applied`, async () => {
    const { desired } = await plane();
    return desired?.applied === revision && desired;
  });
const name = async (): Promise<string> => (await plane()).site;

before(async () => {
  fs.mkdirSync(source);
  for (const one of ['one', 'two', 'three']) wants(one, '1');
  await hub('up', '--port', '0');
  await bringUp(site, '--runtime', 'simulated');
});
after(async () => {
  await site.destroy();
  await ran(path.join(HOME, 'holdfast'), ['hub', 'down', '--data', `${folder}/hub`]);
  fs.rmSync(folder, { recursive: true });
});

it('both sides show what differs, and the operator of the hub chooses', { timeout: 400_000 }, async () => {
  const { url, token } = await hub<HubTokenAnswer>('token');
  await holdfast('link', 'activate', '--hub', url, '--token', token);
  await hub('desired', await name(), '--folder', source);
  await contact();
  assert.deepEqual((await settled(1)).counts, { applied: 3 });
  assert.equal(await dataOf('one'), '1');

  await holdfast('plane', 'take', '--reason', 'the pump must run');
  for (const one of ['one', 'two']) assert.equal((await setData(one)).code, 0);
  const given = await holdfast('plane', 'give');
  assert.match(given, /ConfigMap\/default\/one +differs +data\.a/);
  const details = (): Promise<HubSiteDetails> => name().then((at) => hub<HubSiteDetails>('site', at));
  const differing = await eventually('the hub shows what differs', async () => {
    await contact();
    const { report } = await details();
    return report?.counts.differs === 2 && report.objects.map(({ object, state }) => `${object} ${state}`).sort();
  });
  assert.deepEqual(differing, ['v1/ConfigMap/default/one differs', 'v1/ConfigMap/default/two differs']);

  await hub('resolve', await name(), 'v1/ConfigMap/default/one', '--keep', 'hub');
  await hub('resolve', await name(), 'v1/ConfigMap/default/two', '--keep', 'local');
  await contact();
  await settled(3);
  assert.deepEqual([await dataOf('one'), await dataOf('two')], ['1', 'mine']);
  const reported = await eventually('the hub is told', async () => {
    const { report, resolutions } = await details();
    return report?.revision === 3 && report.complete && resolutions.length === 1 && report.objects;
  });
  assert.deepEqual(
    reported.map(({ object, state }) => [object, state]),
    [['v1/ConfigMap/default/two', 'kept-local']],
  );
});
