// The probes of operations that have to do with the hub: what it owns, planes, what goes over the link, and joining and leaving it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { OWNER_LABEL } from '#model/link';
import { adminDoor } from '../faults/doors.fixture.ts';
import type { Arrived, Cell, Walk } from './operations-walk.fixture.ts';
import { act, carried, commands, type Probe, refusedByGuard, withoutHub } from './operations-walk-probe.fixture.ts';
import { eventually } from './site.fixture.ts';

/** The object that the hub owns and this pair's probe changes. */
export const ownedIn = ({ plane, mode }: Cell['standing']): string => `owned-${plane}-${mode}`.toLowerCase();

const isAway = ({ standing: { mode } }: Cell): boolean => mode === 'SemiConnected' || mode === 'Disconnected';
const isOf = (plane: Cell['standing']['plane'], { standing }: Cell): boolean => standing.plane === plane;

const PATCH = { 'content-type': 'application/merge-patch+json' };
const pathOf = (name: string): string => `/api/v1/namespaces/default/configmaps/${name}`;

async function changeOwned(walk: Walk, cell: Cell): Promise<Arrived> {
  const name = ownedIn(cell.standing);
  if (cell.standing.mode === 'NotActivated') {
    await walk.site.kubectl('create', 'configmap', name);
    await walk.site.kubectl('label', 'configmap', name, `${OWNER_LABEL}=hub`);
  }
  const change = { method: 'PATCH', path: pathOf(name), headers: PATCH, body: JSON.stringify({ data: { a: 'mine' } }) };
  const { code, text } = await adminDoor(walk.site).ask(change);
  assert.equal(code, 200, text);
  // Left marked, it would go when a hub comes that does not want it.
  if (cell.standing.mode === 'NotActivated') await walk.site.kubectl('label', 'configmap', name, `${OWNER_LABEL}-`);
  if (isOf('hub', cell)) return async () => (await walk.mapData(name)) === '1';
  return async () => (await walk.mapData(name)) === 'mine';
}

/** 403, with the refusal field by field for programs. */
async function ownedIsRefused(walk: Walk, { standing, operation, title, ruling }: Cell): Promise<void> {
  const { plane, mode } = standing;
  const { reason, workaround } = ruling;
  const name = ownedIn(standing);
  for (const method of ['PATCH', 'DELETE']) {
    const body = method === 'PATCH' ? JSON.stringify({ data: { a: 'mine' } }) : undefined;
    const { code, text } = await adminDoor(walk.site).ask({ method, path: pathOf(name), headers: PATCH, body });
    assert.equal(code, 403, text);
    const { message, details } = JSON.parse(text) as { message: string; details: { causes: object[] } };
    const told = `${operation} (${title}) is refused on plane ${plane} in mode ${mode}: ${reason}; ${workaround}`;
    assert.equal(message, `configmaps "${name}" is forbidden: ${told}`);
    const causes = Object.entries({ operation, plane, mode, reason, workaround }).map(([field, value]) => ({
      reason: `holdfast.dev/${field}`,
      message: value,
    }));
    assert.deepEqual(details.causes, causes);
  }
  assert.equal(await walk.mapData(name), '1');
}

/** One more object is wanted: here at once, or when the link and the plane let it. */
async function desire(walk: Walk, { name, standing, ruling }: Cell): Promise<Arrived> {
  const revision = async (): Promise<number> => (await walk.atHub())?.desiredRevision ?? 0;
  const before = await revision();
  await walk.want(name);
  const wanted = await revision();
  assert.ok(wanted > before);
  if (standing.mode === 'Connected')
    await walk.comes('the revision is here', async () => ((await walk.plane()).desired?.revision ?? 0) >= wanted);
  if (ruling.verdict === 'queued') {
    assert.equal(await walk.mapData(name), undefined);
    assert.ok(((await walk.plane()).desired?.applied ?? 0) < wanted, 'it waits');
  }
  return async () => (await walk.mapData(name)) === '1';
}

async function heartbeat(walk: Walk): Promise<Arrived> {
  const { lastContact } = await walk.link();
  return async () => ((await walk.link()).lastContact ?? '') > (lastContact ?? '');
}

/** The hub shows what it heard last, and then what it hears next. */
async function showAtHub(walk: Walk): Promise<Arrived> {
  const shown = await walk.atHub();
  assert.equal(shown?.name, walk.name);
  assert.notEqual(shown?.heartbeat, null);
  return async () => ((await walk.atHub())?.lastContact ?? '') > (shown?.lastContact ?? '');
}

async function renewIdentity(walk: Walk): Promise<Arrived> {
  if (await walk.identityIsYoung()) await walk.ageIdentity();
  return () => walk.identityIsYoung();
}

/** What a process of the site measures is written by the walk, since measuring takes minutes and hours; the way to the hub is the site's. */
async function usage(walk: Walk, { name: mark }: Cell): Promise<Arrived> {
  const [from, to] = [new Date(Date.now() - 1000).toISOString(), new Date().toISOString()];
  await walk.journal.append(
    'usage',
    { mark, from, to, seconds: 1, clusters: {}, site: { imageGibHours: 0 } },
    { durable: true },
  );
  await walk.holdfast('usage');
  return () => walk.toldOnce('usage', { mark });
}

async function telemetry(walk: Walk, { name: mark }: Cell): Promise<Arrived> {
  await walk.journal.append('telemetry', { mark }, { durable: true });
  return () => walk.toldOnce('telemetry', { mark });
}

async function audit(walk: Walk, { name }: Cell): Promise<Arrived> {
  await walk.holdfast('user', 'create', name);
  return () => walk.toldOnce('audit', { act: 'user-create', name });
}

async function journal(walk: Walk, { name }: Cell): Promise<Arrived> {
  await walk.site.kubectl('create', 'configmap', name, '-n', 'walk');
  return () => walk.toldOnce('audit', { act: 'change', verb: 'create', name });
}

async function throughHub(walk: Walk) {
  const file = `${walk.folder}/through-hub`;
  if (!fs.existsSync(file))
    fs.writeFileSync(file, await walk.hub('kubeconfig', walk.name, '--user', 'ada'), { mode: 0o600 });
  return walk.kubectlAs(file, 'get', 'configmaps', '-n', 'walk', '-o', 'name');
}

async function wayIsRefused(walk: Walk, cell: Cell): Promise<void> {
  const { operation, title, ruling } = cell;
  if (!isAway(cell)) {
    await withoutHub(walk, cell);
    assert.equal((await walk.hubRan('kubeconfig', walk.name, '--user', 'ada')).code, 5);
    return;
  }
  const { code, stderr } = await throughHub(walk);
  assert.equal(code, 1, stderr);
  const told = `the site ${walk.name} has no link to the hub now, so ${operation} (${title}) is refused: ${ruling.reason}; ${ruling.workaround}`;
  assert.ok(stderr.includes(told), stderr);
}

const LINK: Readonly<Record<string, Probe>> = {
  'link-cut': {
    ...act(async (walk, { standing }) => {
      await walk.holdfast('link', 'cut');
      assert.deepEqual([(await walk.link()).cut, (await walk.link()).connection.state], [true, 'off']);
      await walk.holdfast('link', 'restore');
      if (standing.mode === 'Connected') await walk.contact();
    }),
    refuses: (walk, cell) => refusedByGuard(walk, cell, ['link', 'cut']),
  },
  heartbeat: carried(heartbeat),
  'link-identity': { ...carried(renewIdentity), shownBy: 'test/integration/link-identity.test.ts' },
  'status-at-hub': carried(showAtHub),
  telemetry: { ...carried(telemetry), shownBy: 'src/services/journal/sources/sources.test.ts' },
  'usage-records': { ...carried(usage), shownBy: 'src/services/journal/sources/sources.test.ts' },
  'audit-records': carried(audit),
  'journal-delivery': carried(journal),
  'cluster-connect': {
    ...act((walk) =>
      eventually('the way is open', async () => (await throughHub(walk)).stdout.includes('configmap/kube-root-ca.crt')),
    ),
    refuses: wayIsRefused,
  },
};

const PLANES: Readonly<Record<string, Probe>> = {
  'change-hub-objects': { does: changeOwned, refuses: ownedIsRefused },
  'desired-state': {
    ...carried(desire),
    refuses: async (walk, cell) => {
      await withoutHub(walk, cell);
      assert.equal((await walk.plane()).desired, null);
    },
  },
  'plane-take': {
    ...act(async (walk, cell) => {
      await walk.holdfast('plane', 'take', '--reason', cell.name);
      assert.equal((await walk.plane()).plane, 'local');
      if (isOf('hub', cell)) await walk.holdfast('plane', 'give');
    }),
    refuses: (walk, cell) => refusedByGuard(walk, cell, ['plane', 'take', '--reason', 'none']),
  },
  'plane-give': {
    ...act(async (walk, cell) => {
      await walk.holdfast('plane', 'give');
      assert.equal((await walk.plane()).plane, 'hub');
      if (isOf('local', cell)) await walk.holdfast('plane', 'take', '--reason', cell.name);
    }),
    refuses: (walk, cell) => refusedByGuard(walk, cell, ['plane', 'give']),
  },
};

export const LINK_PROBES: Readonly<Record<string, Probe>> = { ...LINK, ...PLANES };

/** The very last ones: they change where the site stands. */
export const JOINING_PROBES: Readonly<Record<string, Probe>> = {
  'link-deactivate': { ...commands('link deactivate --yes'), leaves: true },
  'link-activate': {
    ...act((walk) => walk.activate('hub')),
    refuses: (walk, cell) =>
      refusedByGuard(walk, cell, ['link', 'activate', '--hub', 'https://127.0.0.1:9', '--token', 'none']),
  },
};
