// A whole site (simulated containers) under the desired state of a hub: applied past kills, refused while the link is away, changed on the
// local plane, and settled object by object. The hub is played by the files that the site keeps of one, so that the link can be away for as
// long as a test wants.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { connectivityStart, connectivityStep, connectivityText } from '#engine/connectivity';
import type { DesiredObject, DesiredState, Resolution } from '#model/link';
import { type PlaneStatus, siteFolders } from '#model/site';
import { bringUp, eventually, testSite } from './site.fixture.ts';

const MANY = 400;
const site = testSite('planes');
const folders = siteFolders(site.data);
const MINUTE_MS = 60_000;

const map = (name: string, data: Record<string, string>): DesiredObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data,
});
const WANTED: DesiredObject[] = [
  ...Array.from({ length: MANY }, (_, i) => map(`m-${i}`, { a: '1' })),
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
];
const object = (name: string): string => `v1/ConfigMap/shop/${name}`;

async function plane(): Promise<PlaneStatus> {
  const { code, stdout, stderr } = await site.holdfast('plane', '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as PlaneStatus;
}

const servicesPid = async (): Promise<number> =>
  (await site.status()).processes.find(({ name }) => name === 'services')?.pid ?? 0;

/** Kills the services; they are back when they answer. */
async function killServices(): Promise<void> {
  const pid = await servicesPid();
  process.kill(pid, 'SIGKILL');
  await eventually('the services come back', async () => {
    const now = await servicesPid();
    return now !== 0 && now !== pid;
  });
}

/** The hub was last heard this long ago; `plane` is what was declared with the activation. */
function heard(agoMs: number): void {
  const at = Date.now() - agoMs;
  const { state } = connectivityStep(connectivityStart(at), { kind: 'activated', plane: 'hub' }, at);
  fs.mkdirSync(folders.link, { recursive: true });
  fs.writeFileSync(folders.connectivityFile, connectivityText(state));
  // A hub that nobody dials.
  const hub = { url: 'https://127.0.0.1:9', plane: 'hub' };
  fs.writeFileSync(`${folders.link}/link.json`, JSON.stringify({ version: 1, siteId: 'planes', cut: true, hub }));
}

function wants(revision: number, manifests: DesiredObject[], resolutions: Resolution[] = []): void {
  const desired: DesiredState = { revision, source: 'test', manifests, settings: {}, resolutions };
  fs.mkdirSync(folders.desired, { recursive: true });
  fs.writeFileSync(`${folders.desired}/state.json`, JSON.stringify(desired));
}

const settled = (revision: number) =>
  eventually(`revision ${revision} is applied`, async () => {
    const status = await plane();
    return status.desired?.revision === revision && status.desired.applied === revision && status;
  });
const dataOf = async (name: string): Promise<unknown> =>
  JSON.parse(await site.kubectl('get', 'configmap', name, '-n', 'shop', '-o', 'jsonpath={.data}'));
const setData = (name: string, a: string) =>
  site.kubectlRan(['patch', 'configmap', name, '-n', 'shop', '--type=merge', '-p', JSON.stringify({ data: { a } })]);

before(() => bringUp(site, '--runtime', 'simulated'));
after(() => site.destroy());

describe('a site', () => {
  it('without a hub is its own', async () => {
    assert.deepEqual((await plane()).desired, null);
    const refused = await site.holdfast('plane', 'take', '--reason', 'x');
    assert.equal(refused.code, 4);
    assert.match(refused.stderr, /a site without a hub is its own already/);
    assert.equal((await site.holdfast('plane', 'take')).code, 2);
  });

  it('goes on with an apply that was killed in the middle, and prunes', { timeout: 240_000 }, async () => {
    heard(0);
    wants(1, WANTED);
    await killServices();
    const inventory = `${folders.desired}/inventory.json`;
    const brought = async (): Promise<number> =>
      (await site.kubectl('get', 'configmaps', '-n', 'shop', '-l', 'holdfast.dev/owner=hub', '-o', 'name')).split('\n')
        .length - 1;
    await eventually('it has begun', async () => (await brought()) > 0);
    process.kill(await servicesPid(), 'SIGKILL');
    assert.equal(JSON.parse(fs.readFileSync(inventory, 'utf8')).revision, 0, 'it was in the middle');
    const { desired } = await settled(1);
    assert.deepEqual([desired?.counts, await brought()], [{ applied: MANY + 1 }, MANY]);
    wants(2, WANTED.slice(3));
    await killServices();
    await settled(2);
    assert.equal(await brought(), MANY - 3);
  });

  it('refuses to change what is the hub’s while the link is away, until the plane is taken', {
    timeout: 240_000,
  }, async () => {
    heard(20 * MINUTE_MS);
    await killServices();
    const refused = await setData('m-10', 'mine');
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /^Error from server \(Forbidden\): configmaps "m-10" is forbidden: change-hub-objects .* refused on plane hub in mode SemiConnected: .*; take the local plane: holdfast plane take --reason WHY$/m,
    );
    assert.match((await site.kubectlRan(['delete', 'namespace', 'shop'])).stderr, /namespaces "shop" is forbidden/);
    const settings = await site.holdfast('settings', 'set', 'desiredStatePassMinutes=1');
    assert.equal(settings.code, 4);
    assert.match(settings.stderr, /site-settings .* is refused on plane hub in mode SemiConnected/);
    const taken = await site.holdfast('plane', 'take', '--reason', 'the pump must run');
    assert.equal(taken.code, 0, taken.stderr);
    assert.match(taken.stdout, /^plane +local .*taken: the pump must run/m);
    for (const name of ['m-10', 'm-11']) assert.equal((await setData(name, 'mine')).code, 0);
    await site.kubectl('delete', 'configmap', 'm-12', '-n', 'shop');
    assert.equal((await site.holdfast('settings', 'set', 'desiredStatePassMinutes=1')).code, 0);
    assert.match((await site.holdfast('settings')).stdout, /^desiredStatePassMinutes +1 /m);
    assert.equal((await site.holdfast('settings', 'unset', 'desiredStatePassMinutes')).code, 0);
    assert.match((await site.holdfast('settings')).stdout, /^desiredStatePassMinutes +5 \(default\)/m);
    assert.match((await site.holdfast('settings', 'set', 'setSystemClok=on')).stderr, /did you mean setSystemClock\?/);
    const again = await site.holdfast('plane', 'take', '--reason', 'again');
    assert.equal(again.code, 0);
    assert.match(again.stdout, /v1\/ConfigMap\/shop\/m-12 +differs +deleted here/);
    const events = (await site.holdfast('events')).stdout;
    assert.match(events, /PlaneTaken .*the local plane was taken: the pump must run/);
  });

  it('keeps what was changed here when the plane is given back, until it is chosen', { timeout: 240_000 }, async () => {
    const given = await site.holdfast('plane', 'give');
    assert.equal(given.code, 0, given.stderr);
    for (const name of ['m-10', 'm-11', 'm-12']) assert.match(given.stdout, new RegExp(`shop/${name} +differs`));
    assert.match(given.stderr, /3 changed here; the operator of the hub chooses: holdfast hub resolve/);
    assert.deepEqual(await dataOf('m-10'), { a: 'mine' });
    wants(3, WANTED.slice(3), [
      { object: object('m-10'), keep: 'hub' },
      { object: object('m-11'), keep: 'local' },
    ]);
    await killServices();
    const { desired } = await settled(3);
    assert.deepEqual(
      desired?.objects.map((one) => [one.object, one.state]),
      [
        [object('m-12'), 'differs'],
        [object('m-11'), 'kept-local'],
      ],
    );
    assert.deepEqual([await dataOf('m-10'), await dataOf('m-11')], [{ a: '1' }, { a: 'mine' }]);
  });
});
