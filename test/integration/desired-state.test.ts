// The desired state of a hub on a real API server: applied, pruned, put right, kept apart from local changes, and gone on with after a crash.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { ApiError, type Client, type Resource, resourceOf } from '#client';
import type { ConfigMap, Deployment, Job, Namespace } from '#model/kube';
import type { DesiredObject, DesiredReport, DesiredState, Resolution } from '#model/link';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import {
  type DesiredApplier,
  type DesiredEvent,
  type DesiredStanding,
  startDesiredState,
} from '#services/desired-state';
import { startTrialServer, type TrialServer } from '../../src/services/apiserver/trial-server.fixture.ts';

const MAPS = resourceOf<ConfigMap>('', 'v1', 'configmaps');
const DEPLOYMENTS = resourceOf<Deployment>('apps', 'v1', 'deployments');
const NAMESPACES = resourceOf<Namespace>('', 'v1', 'namespaces');
const JOBS = resourceOf<Job>('batch', 'v1', 'jobs');
const MASTERS = ['system:masters'];

const folder = testFolder('desired');
let trial: TrialServer;
let person: Client;
let applier: Client;

before(async () => {
  trial = await startTrialServer();
  person = trial.server.client({ name: 'anna', groups: MASTERS });
  applier = trial.server.client({ name: 'holdfast:services', groups: MASTERS });
});
after(async () => {
  await trial.stop();
  fs.rmSync(folder, { recursive: true });
});

const map = (name: string, data: Record<string, string>, namespace = 'default'): DesiredObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data,
});
const ns = (name: string): DesiredObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const web = (name: string, image: string, namespace = 'default'): DesiredObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image, resources: { requests: { cpu: '1000m' } } }] },
    },
  },
});
const state = (revision: number, manifests: DesiredObject[], resolutions: Resolution[] = []): DesiredState => ({
  revision,
  source: 'test',
  manifests,
  settings: {},
  resolutions,
});

/** One site's desired state: what it runs on survives it. */
class Site {
  readonly clock = fakeClock();
  readonly events: DesiredEvent[] = [];
  readonly settings: Record<string, unknown> = {};
  standing: DesiredStanding = { plane: 'hub', mode: 'Connected', planeSince: 1, activatedAt: 1 };
  readonly #folder: string;
  desired: DesiredApplier;

  constructor(name: string) {
    this.#folder = `${folder}/${name}`;
    this.desired = this.start();
  }

  start(client: Client = applier): DesiredApplier {
    this.desired = startDesiredState({
      folder: this.#folder,
      client,
      clock: this.clock,
      log: memoryLog(),
      standing: () => this.standing,
      event: (event) => this.events.push(event),
      settings: {
        current: () => this.settings,
        problem: (name, value) => (value === 'wrong' ? `${name} cannot be this` : undefined),
        set: (name, value) => {
          this.settings[name] = value;
        },
        unset: (name) => {
          delete this.settings[name];
        },
      },
    });
    return this.desired;
  }

  plane(plane: 'hub' | 'local', planeSince: number): void {
    this.standing = { ...this.standing, plane, planeSince };
  }

  async look(): Promise<DesiredReport> {
    return (await this.desired.look()) as DesiredReport;
  }
}

const told = (report: DesiredReport): Record<string, string> =>
  Object.fromEntries(report.objects.map(({ object, state: is }) => [object.split('/').slice(-3).join('/'), is]));
const of = (report: DesiredReport, name: string) => report.objects.find(({ object }) => object.endsWith(`/${name}`));
const get = async (name: string, namespace = 'default'): Promise<ConfigMap> => person.get(MAPS, { namespace, name });
const isGone = async <K extends object>(resource: Resource<K>, name: string, namespace?: string): Promise<boolean> =>
  person.get(resource, { namespace, name }).then(
    ({ metadata }: { metadata?: { deletionTimestamp?: string } }) => metadata?.deletionTimestamp !== undefined,
    (error) => error instanceof ApiError && error.code === 404,
  );
const change = (name: string, data: Record<string, string | null>, namespace = 'default') =>
  person.patch(MAPS, { namespace, name }, { type: 'merge', body: { data } }, { fieldManager: 'kubectl-edit' });

describe('a desired state', () => {
  it('is applied with the mark of the hub, what others stand on first', async () => {
    const site = new Site('applied');
    const report = await site.desired.apply(
      state(1, [web('web', 'a:1', 'shop'), map('conf', { a: 'b' }, 'shop'), ns('shop')]),
    );
    assert.deepEqual(
      [report.complete, report.counts, report.objects, site.desired.applied(), site.desired.kept()],
      [true, { applied: 3 }, [], 1, 1],
    );
    const { metadata } = await get('conf', 'shop');
    assert.equal(metadata?.labels?.['holdfast.dev/owner'], 'hub');
    assert.equal(metadata?.annotations?.['holdfast.dev/hub-revision'], '1');
    assert.deepEqual(
      metadata?.managedFields?.map(({ manager, operation }) => [manager, operation]),
      [['holdfast-hub', 'Apply']],
    );
  });

  it('writes nothing for what stayed the same, and prunes what is not wanted any more', async () => {
    const site = new Site('pruned');
    await site.desired.apply(state(1, [map('stays', { a: '1' }), map('changes', { a: '1' }), map('goes', { a: '1' })]));
    const before = (await get('stays')).metadata?.resourceVersion;
    const report = await site.desired.apply(state(2, [map('stays', { a: '1' }), map('changes', { a: '2' })]));
    assert.equal((await get('stays')).metadata?.resourceVersion, before);
    assert.equal((await get('changes')).metadata?.annotations?.['holdfast.dev/hub-revision'], '2');
    assert.deepEqual(
      [told(report), await isGone(MAPS, 'goes', 'default')],
      [{ 'ConfigMap/default/goes': 'pruned' }, true],
    );
    assert.deepEqual((await site.look()).objects, []);
  });

  it('never prunes what it did not bring', async () => {
    const site = new Site('foreign');
    await person.create(MAPS, { metadata: { name: 'was-here', namespace: 'default' }, data: { own: 'x' } });
    const wanted = [
      map('was-here', { a: '1' }),
      map('replaced', { a: '1' }),
      ns('mixed'),
      map('brought', { a: '1' }, 'mixed'),
      ns('only'),
    ];
    assert.equal((await site.desired.apply(state(1, wanted))).counts.applied, 5);
    await person.delete(MAPS, { namespace: 'default', name: 'replaced' });
    await person.create(MAPS, { metadata: { name: 'replaced', namespace: 'default' }, data: { mine: 'x' } });
    await person.create(MAPS, { metadata: { name: 'local', namespace: 'mixed' } });
    const report = await site.desired.apply(state(2, []));
    assert.deepEqual(told(report), {
      'ConfigMap/default/was-here': 'kept-local',
      'ConfigMap/default/replaced': 'kept-local',
      'Namespace//mixed': 'kept-local',
      'ConfigMap/mixed/brought': 'pruned',
      'Namespace//only': 'pruned',
    });
    assert.match(of(report, 'mixed')?.message ?? '', /it holds what the hub did not bring: ConfigMap local$/);
    assert.deepEqual((await get('was-here')).data, { own: 'x', a: '1' });
    assert.equal((await get('was-here')).metadata?.labels, undefined);
    assert.deepEqual((await get('replaced')).data, { mine: 'x' });
    assert.deepEqual(
      [await isGone(NAMESPACES, 'mixed'), await isGone(NAMESPACES, 'only'), await isGone(MAPS, 'brought', 'mixed')],
      [false, true, true],
    );
  });

  it('is put right while the link is there, and shown as drift while it is away', async () => {
    const site = new Site('drift');
    await site.desired.apply(state(1, [web('drifting', 'a:1'), map('drifting', { a: '1' })]));
    const scaled = {
      type: 'merge',
      body: { spec: { replicas: 5, template: { spec: { terminationGracePeriodSeconds: 7 } } } },
    } as const;
    await person.patch(DEPLOYMENTS, { namespace: 'default', name: 'drifting' }, scaled);
    await person.delete(MAPS, { namespace: 'default', name: 'drifting' });
    site.standing = { ...site.standing, mode: 'SemiConnected' };
    const away = await site.look();
    assert.deepEqual([away.counts, site.desired.drifted()], [{ drifted: 2 }, 2]);
    assert.match(
      of(away, 'drifting')?.message ?? '',
      /^(spec\.replicas|deleted here); put right when the link is back$/,
    );
    site.standing = { ...site.standing, mode: 'Connected' };
    assert.deepEqual((await site.look()).counts, { applied: 2 });
    const { spec } = await person.get(DEPLOYMENTS, { namespace: 'default', name: 'drifting' });
    assert.deepEqual(
      [spec?.replicas, spec?.template.spec?.terminationGracePeriodSeconds],
      [2, 7],
      'what the hub did not say stays',
    );
  });

  it('goes on past what fails, and tries that again with growing pauses', async () => {
    const site = new Site('failing');
    const generated = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { generateName: 'x-' },
    } as unknown as DesiredObject;
    const report = await site.desired.apply(
      state(1, [
        map('early', { a: '1' }, 'later'),
        { apiVersion: 'example.org/v1', kind: 'Thing', metadata: { name: 't' } },
        generated,
        { ...map('wrong', {}), data: { a: 1 } },
        map('fine', { a: '1' }),
        map('fine', { a: '2' }),
      ]),
    );
    assert.deepEqual([report.complete, report.counts, site.desired.applied()], [false, { failed: 5, applied: 1 }, 0]);
    assert.match(of(report, 't')?.message ?? '', /does not know example.org\/v1 Thing/);
    assert.match(report.objects.map(({ message }) => message).join('\n'), /generateName/);
    assert.equal((await get('fine')).data?.a, '1');
    assert.equal(site.events.at(-1)?.reason, 'Failed');
    await person.create(NAMESPACES, { metadata: { name: 'later' } });
    await site.clock.advance(6_000);
    await site.desired.stop();
    assert.equal((await get('early', 'later')).data?.a, '1');
  });

  it('lets nothing be overwritten in silence that was here before', async () => {
    const site = new Site('before');
    await person.create(MAPS, { metadata: { name: 'mine', namespace: 'default' }, data: { a: 'mine', b: 'mine' } });
    const report = await site.desired.apply(state(1, [map('mine', { a: 'hub', c: 'hub' })]));
    assert.deepEqual(report.objects, [
      {
        object: 'v1/ConfigMap/default/mine',
        state: 'differs',
        message: 'here before: data.a; the operator of the hub chooses',
      },
    ]);
    assert.deepEqual((await get('mine')).data, { a: 'mine', b: 'mine' });
    await site.desired.apply(
      state(2, [map('mine', { a: 'hub', c: 'hub' })], [{ object: 'v1/ConfigMap/default/mine', keep: 'hub' }]),
    );
    assert.deepEqual((await get('mine')).data, { a: 'hub', b: 'mine', c: 'hub' });
    const gone = await site.desired.apply(state(3, []));
    assert.equal(of(gone, 'mine')?.state, 'kept-local');
  });
});

describe('planes', () => {
  const NAMES = ['edited', 'deleted', 'untouched', 'newer'] as const;
  const wanted = (prefix: string, newer = '1'): DesiredObject[] =>
    NAMES.map((name) => map(`${prefix}-${name}`, { a: name === 'newer' ? newer : '1' }));
  const reference = (name: string) => `v1/ConfigMap/default/${name}`;

  /** Applied, taken, changed here, with a newer revision that came meanwhile; given back. */
  async function givenBack(prefix: string): Promise<{ site: Site; report: DesiredReport }> {
    const site = new Site(prefix);
    await site.desired.apply(state(1, wanted(prefix)));
    site.plane('local', 2);
    site.standing = { ...site.standing, mode: 'SemiConnected' };
    await change(`${prefix}-edited`, { a: 'mine', more: 'mine' });
    await person.delete(MAPS, { namespace: 'default', name: `${prefix}-deleted` });
    assert.deepEqual((await site.look()).counts, { differs: 2, applied: 2 });
    site.standing = { ...site.standing, mode: 'Connected' };
    const meanwhile = await site.desired.apply(state(2, wanted(prefix, '2')));
    assert.deepEqual([meanwhile.complete, meanwhile.counts], [false, { differs: 2, drifted: 1, applied: 1 }]);
    assert.deepEqual([site.desired.applied(), site.desired.kept()], [1, 2]);
    assert.equal((await get(`${prefix}-newer`)).data?.a, '1', 'nothing is written on the local plane');
    site.plane('hub', 3);
    return { site, report: await site.look() };
  }

  it('keep what was changed here until the hub’s operator chooses, and apply the rest', async () => {
    const { site, report } = await givenBack('kept');
    assert.deepEqual(told(report), {
      'ConfigMap/default/kept-edited': 'differs',
      'ConfigMap/default/kept-deleted': 'differs',
    });
    assert.match(of(report, 'kept-edited')?.message ?? '', /^data\.a; the operator of the hub chooses$/);
    assert.match(of(report, 'kept-deleted')?.message ?? '', /^deleted here/);
    assert.deepEqual([(await get('kept-newer')).data, (await get('kept-edited')).data?.a], [{ a: '2' }, 'mine']);
    assert.deepEqual([site.desired.applied(), site.desired.drifted()], [2, 2]);
    await site.desired.stop();
    site.start();
    assert.deepEqual(told(await site.look()), told(report), 'a restart forgets nothing');
  });

  it('let the hub win where its operator chose so', async () => {
    const { site } = await givenBack('hub');
    const choices: Resolution[] = ['hub-edited', 'hub-deleted'].map((name) => ({
      object: reference(name),
      keep: 'hub',
    }));
    const report = await site.desired.apply(state(3, wanted('hub', '2'), choices));
    assert.deepEqual([report.complete, report.objects], [true, []]);
    assert.deepEqual(
      [(await get('hub-edited')).data, (await get('hub-deleted')).data],
      [{ a: '1', more: 'mine' }, { a: '1' }],
    );
  });

  it('let the site win where he chose so, for as long as he does', async () => {
    const { site } = await givenBack('local');
    const choices: Resolution[] = ['local-edited', 'local-deleted'].map((name) => ({
      object: reference(name),
      keep: 'local',
    }));
    const report = await site.desired.apply(state(3, wanted('local', '2'), choices));
    assert.deepEqual(told(report), {
      'ConfigMap/default/local-edited': 'kept-local',
      'ConfigMap/default/local-deleted': 'kept-local',
    });
    assert.equal(report.complete, true);
    const edited = await get('local-edited');
    assert.deepEqual([edited.data, edited.metadata?.labels], [{ a: 'mine', more: 'mine' }, undefined]);
    assert.ok(!edited.metadata?.managedFields?.some(({ manager }) => manager === 'holdfast-hub'));
    assert.equal(await isGone(MAPS, 'local-deleted', 'default'), true);
    assert.equal(
      (await site.desired.apply(state(4, wanted('local', '2')))).counts.differs,
      2,
      'without the choice it is open again',
    );
    const back: Resolution[] = [{ object: reference('local-edited'), keep: 'hub' }];
    await site.desired.apply(state(5, wanted('local', '2'), back));
    assert.equal((await get('local-edited')).data?.a, '1');
  });

  it('do not take an old choice for a new change', async () => {
    const { site } = await givenBack('spent');
    const choices: Resolution[] = [{ object: reference('spent-edited'), keep: 'hub' }];
    await site.desired.apply(state(3, wanted('spent', '2'), choices));
    site.plane('local', 4);
    await change('spent-edited', { a: 'mine again' });
    site.plane('hub', 5);
    assert.equal(of(await site.look(), 'spent-edited')?.state, 'differs');
    assert.equal(
      of(await site.desired.apply(state(4, wanted('spent', '2'), choices)), 'spent-edited')?.state,
      'differs',
    );
    await site.desired.apply(state(5, wanted('spent', '2')));
    await site.desired.apply(state(6, wanted('spent', '2'), choices));
    assert.equal((await get('spent-edited')).data?.a, '1');
  });

  it('do not delete what was changed here and the hub does not want any more', async () => {
    const { site } = await givenBack('unwanted');
    const rest = wanted('unwanted', '2').filter(({ metadata }) => metadata.name !== 'unwanted-edited');
    const report = await site.desired.apply(state(3, rest));
    assert.equal(of(report, 'unwanted-edited')?.state, 'differs');
    assert.equal((await get('unwanted-edited')).data?.a, 'mine');
    const choices: Resolution[] = [{ object: reference('unwanted-edited'), keep: 'hub' }];
    assert.equal(of(await site.desired.apply(state(4, rest, choices)), 'unwanted-edited')?.state, 'pruned');
    assert.equal(await isGone(MAPS, 'unwanted-edited', 'default'), true);
  });
});

describe('a site that leaves its hub', () => {
  const wanted = (name: string, a: string) => [map(name, { a }), map(`${name}-gone`, { a })];
  it('keeps everything, as its own', async () => {
    const site = new Site('leaves');
    await site.desired.apply(state(7, wanted('leaves', '1')));
    await person.delete(MAPS, { namespace: 'default', name: 'leaves-gone' });
    site.standing = { plane: 'local', mode: 'NotActivated', planeSince: 2, activatedAt: null };
    assert.deepEqual([site.desired.kept(), site.desired.applied()], [0, 0]);
    await site.desired.look();
    const { data, metadata } = await get('leaves');
    assert.deepEqual([data, metadata?.labels, metadata?.annotations], [{ a: '1' }, undefined, undefined]);
    assert.equal(site.events.at(-1)?.reason, 'Released');
    site.start();
    assert.deepEqual([site.desired.kept(), await site.desired.look()], [0, undefined]);
  });
  it('and joins another takes what that wants from its first revision on, and prunes nothing of the first', async () => {
    const site = new Site('joins');
    await site.desired.apply(state(7, wanted('joins', '1')));
    site.standing = { plane: 'hub', mode: 'Connected', planeSince: 3, activatedAt: 3 };
    assert.equal(site.desired.isNew(1), true);
    const report = await site.desired.apply(state(1, [map('joins', { a: '2' })]));
    assert.deepEqual(told(report), { 'ConfigMap/default/joins': 'differs' });
    assert.deepEqual([(await get('joins')).data, (await get('joins-gone')).data], [{ a: '1' }, { a: '1' }]);
  });
  it('or whose hub was restored from a backup goes on with what that says', async () => {
    const site = new Site('restored');
    await site.desired.apply(state(5, [map('restored', { a: '5' })]));
    site.plane('local', 2);
    await site.desired.apply(state(8, [map('restored', { a: '8' })]));
    site.plane('hub', 3);
    assert.deepEqual([site.desired.isNew(8), site.desired.isNew(6), site.desired.isNew(5)], [false, true, false]);
    await site.desired.apply(state(6, [map('restored', { a: '6' })]));
    assert.equal((await get('restored')).data?.a, '6');
  });
});

describe('settings', () => {
  const wanting = (revision: number, settings: object, resolutions: Resolution[] = []): DesiredState => ({
    ...state(revision, [], resolutions),
    settings: settings as DesiredState['settings'],
  });
  it('are set, put right, and given their default again', async () => {
    const site = new Site('settings');
    const report = await site.desired.apply(wanting(1, { a: 1, b: [2], bad: 'wrong' }));
    assert.deepEqual(
      [report.counts, site.settings],
      [
        { applied: 2, failed: 1 },
        { a: 1, b: [2] },
      ],
    );
    assert.deepEqual(report.objects, [
      { object: 'holdfast.dev/v1/Setting//bad', state: 'failed', message: 'bad cannot be this' },
    ]);
    site.settings.a = 7;
    await site.look();
    assert.equal(site.settings.a, 1);
    await site.desired.apply(wanting(2, { a: 1 }));
    assert.deepEqual(site.settings, { a: 1 });
  });
  it('that were set here wait for a choice like everything else', async () => {
    const site = new Site('settings-local');
    site.settings.own = 'here';
    assert.deepEqual(told(await site.desired.apply(wanting(1, { own: 'hub', a: 1 }))), { 'Setting//own': 'differs' });
    site.plane('local', 2);
    site.settings.a = 7;
    site.plane('hub', 3);
    assert.deepEqual(told(await site.look()), { 'Setting//own': 'differs', 'Setting//a': 'differs' });
    const choices: Resolution[] = [
      { object: 'holdfast.dev/v1/Setting//own', keep: 'hub' },
      { object: 'holdfast.dev/v1/Setting//a', keep: 'local' },
    ];
    await site.desired.apply(wanting(2, { own: 'hub', a: 1 }, choices));
    assert.deepEqual(site.settings, { own: 'hub', a: 7 });
  });
});

describe('a crash', () => {
  /** A client whose process dies in the middle of its nth write: that one still arrives, its answer does not. */
  function dying(writes: number): Client {
    let left = writes;
    const dead = () => {
      throw new Error('killed');
    };
    const patch: Client['patch'] = async (resource, at, what, how) => {
      if (how?.dryRun) return applier.patch(resource, at, what, how);
      if (left <= 0) dead();
      const made = await applier.patch(resource, at, what, how);
      left--;
      if (left === 0) dead();
      return made;
    };
    return { ...applier, patch };
  }

  for (const writes of [1, 2, 3, 4, 5])
    it(`at write ${writes}: the next life goes on, and changes no object twice`, async () => {
      const name = `crash-${writes}`;
      const site = new Site(name);
      const wanted = Array.from({ length: 5 }, (_, i) => map(`${name}-${i}`, { a: '1' }));
      const seen: string[] = [];
      const watch = person.watch(MAPS, {
        namespace: 'default',
        onEvent: ({ type, object }) => {
          const at = (object as ConfigMap).metadata?.name ?? '';
          if (at.startsWith(`${name}-`)) seen.push(`${type} ${at}`);
        },
        onEnd: () => undefined,
      });
      site.start(dying(writes));
      await site.desired.apply(state(1, wanted));
      assert.equal(site.desired.applied(), 0);
      site.start();
      const report = await site.look();
      watch.close();
      assert.deepEqual([report.complete, report.counts], [true, { applied: 5 }]);
      assert.deepEqual(seen.sort(), wanted.map(({ metadata }) => `ADDED ${metadata.name}`).sort());
      assert.equal((await site.desired.apply(state(2, []))).counts.pruned, 5, 'everything is known to be brought');
    });

  it('lets no job run a second time that was cleared away', async () => {
    const site = new Site('job');
    const job = (name: string): DesiredObject => ({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: 'default' },
      spec: {
        ttlSecondsAfterFinished: 0,
        template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } },
      },
    });
    const clearAway = (name: string) =>
      person.delete(JOBS, { namespace: 'default', name }, { propagationPolicy: 'Background' });
    await site.desired.apply(state(1, [job('ran')]));
    await clearAway('ran');
    assert.deepEqual((await site.look()).counts, { applied: 1 });
    site.start(dying(1));
    await site.desired.apply(state(2, [job('ran'), job('unsure')]));
    await clearAway('unsure');
    site.start();
    const report = await site.look();
    assert.deepEqual(report.counts, { applied: 1, failed: 1 });
    assert.match(of(report, 'unsure')?.message ?? '', /whether it ran is not known/);
    assert.deepEqual([await isGone(JOBS, 'ran', 'default'), await isGone(JOBS, 'unsure', 'default')], [true, true]);
  });

  it('sets a damaged inventory aside, says so, and goes on', async () => {
    const site = new Site('damaged');
    await site.desired.apply(state(1, [map('damaged', { a: '1' })]));
    await site.desired.stop();
    fs.writeFileSync(`${folder}/damaged/inventory.json`, '{"version":1,');
    site.start();
    assert.deepEqual((await site.look()).counts, { applied: 1 });
    assert.equal(site.events.find(({ reason }) => reason === 'Damaged')?.type, 'Warning');
    assert.ok(fs.existsSync(`${folder}/damaged/inventory.json.damaged`));
  });
});
