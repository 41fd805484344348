// What workloads see of where the site stands: made, kept, and not written without need.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { resourceOf } from '#client';
import {
  CONNECTIVITY_DEFAULTS,
  type ConnectivitySettings,
  connectivityStart,
  connectivityStep,
  connectivityText,
} from '#engine/connectivity';
import type { ConfigMap, Node, RoleBinding } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { fakeClient, runControllers } from '#reconcile';
import { standingController, standingGauges, standingSource } from './index.ts';
import { LOOK_AGAIN_MS } from './limits.ts';

const MAPS = resourceOf<ConfigMap>('', 'v1', 'configmaps');
const NODES = resourceOf<Node>('', 'v1', 'nodes');
const AT = { namespace: 'holdfast-system', name: 'connectivity' };
const MINUTE_MS = 60_000;

const folder = testFolder('standing');
after(() => fs.rmSync(folder, { recursive: true }));

async function shownSite() {
  const clock = fakeClock();
  const born = clock.now();
  const file = path.join(fs.mkdtempSync(path.join(folder, 'site-')), 'connectivity.json');
  const client = fakeClient({ clock });
  let spans = CONNECTIVITY_DEFAULTS;
  await client.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    status: { conditions: [{ type: 'Ready', status: 'True', reason: 'x', message: 'y' }] },
  });
  const source = standingSource({
    folders: [path.dirname(file)],
    settings: () => spans,
    file,
    createdAt: new Date(born).toISOString(),
    clock,
  });
  const running = runControllers([standingController({ client, source, clock })], { clock, log: memoryLog() });
  await clock.advance(1000);
  const gauges = () =>
    Object.fromEntries(
      standingGauges(source).flatMap(({ name, read }) =>
        [...read()].map(([labels, value]) => [`${name}{${labels}}`, value] as const),
      ),
    );
  return {
    clock,
    client,
    file,
    born,
    gauges,
    allow: (others: ConnectivitySettings) => {
      spans = others;
    },
    map: () => client.get(MAPS, AT),
    condition: async () =>
      (await client.get(NODES, { name: 'n' })).status?.conditions?.find(({ type }) => type === 'SiteConnected'),
    stop: async () => {
      source.close();
      await running.stop();
    },
  };
}

test('a site without a hub says so; one with a hub shows its mode as time passes, whoever runs', async () => {
  const site = await shownSite();
  const { clock, client, file } = site;
  assert.equal((await site.map()).data?.mode, 'NotActivated');
  assert.equal((await site.map()).data?.graceDaysLeft, '');
  assert.deepEqual([(await site.condition())?.status, (await site.condition())?.reason], ['Unknown', 'NotActivated']);

  const state = connectivityStep(connectivityStart(site.born), { kind: 'activated', plane: 'hub' }, clock.now()).state;
  fs.writeFileSync(file, connectivityText(state));
  await clock.advance(LOOK_AGAIN_MS);
  const shown = (await site.map()).data;
  assert.deepEqual(
    [shown?.mode, shown?.plane, shown?.graceDaysLeft, shown?.lastContact],
    ['Connected', 'hub', '30', '2026-01-01T00:00:01Z'],
  );
  assert.equal((await site.condition())?.status, 'True');
  assert.equal(site.gauges()['holdfast_site_connectivity{mode="Connected",plane="hub"}'], 1);

  await clock.advance(20 * MINUTE_MS);
  assert.equal((await site.map()).data?.mode, 'SemiConnected', 'by time alone: nobody wrote the file');
  assert.deepEqual([(await site.condition())?.status, (await site.condition())?.reason], ['False', 'SemiConnected']);
  const conditions = (await client.get(NODES, { name: 'n' })).status?.conditions ?? [];
  assert.deepEqual(conditions.map(({ type }) => type).sort(), ['Ready', 'SiteConnected'], 'the agent keeps its own');
  assert.equal(site.gauges()['holdfast_site_grace_days_left{}'], 30);

  site.allow({ semiConnectedAfterMs: 60 * MINUTE_MS, disconnectedAfterMs: 60 * 24 * 60 * MINUTE_MS });
  await clock.advance(LOOK_AGAIN_MS);
  assert.deepEqual(
    [(await site.map()).data?.mode, (await site.map()).data?.graceDaysLeft],
    ['Connected', '60'],
    'by other settings',
  );
  await site.stop();
});

test('heartbeats are no reason to write; what somebody deletes or changes comes back', async () => {
  const site = await shownSite();
  const { clock, client, file } = site;
  let { state } = connectivityStep(connectivityStart(site.born), { kind: 'activated', plane: 'local' }, clock.now());
  const beat = async (): Promise<void> => {
    await clock.advance(MINUTE_MS);
    state = connectivityStep(state, { kind: 'acknowledged', at: clock.now() }, clock.now()).state;
    fs.writeFileSync(file, connectivityText(state));
    await clock.advance(LOOK_AGAIN_MS);
  };
  await beat();
  const { resourceVersion } = (await site.map()).metadata ?? {};
  await beat();
  await beat();
  assert.equal((await site.map()).metadata?.resourceVersion, resourceVersion);
  for (let i = 0; i < 4; i++) await beat();
  assert.notEqual((await site.map()).metadata?.resourceVersion, resourceVersion, 'a contact is shown some day');

  await client.patch(MAPS, AT, { type: 'merge', body: { data: { mode: 'Disconnected', more: 'x' } } });
  await clock.advance(1000);
  assert.deepEqual(Object.keys((await site.map()).data ?? {}).sort(), [
    'graceDaysLeft',
    'lastContact',
    'mode',
    'plane',
    'since',
  ]);
  assert.equal((await site.map()).data?.mode, 'Connected');
  await client.delete(MAPS, AT);
  await clock.advance(1000);
  assert.equal((await site.map()).data?.plane, 'local');
  const bindings = resourceOf<RoleBinding>('rbac.authorization.k8s.io', 'v1', 'rolebindings');
  const { subjects } = await client.get(bindings, { namespace: AT.namespace, name: 'connectivity-readers' });
  assert.deepEqual(
    subjects?.map(({ name }) => name),
    ['system:authenticated'],
  );
  await site.stop();
});

test('a damaged file is said to be damaged, as the strictest pair', async () => {
  const site = await shownSite();
  fs.writeFileSync(site.file, '{"version":1');
  await site.clock.advance(LOOK_AGAIN_MS);
  assert.deepEqual([(await site.map()).data?.mode, (await site.map()).data?.plane], ['Disconnected', 'hub']);
  assert.equal((await site.condition())?.reason, 'Damaged');
  await site.stop();
});
