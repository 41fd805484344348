// The shape of the catalogue, its cover of the source documents, and the words of the guard.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorldError } from '#base';
import { CONNECTIVITY_MODES, isLegalPair, PLANES, type Standing } from '#model/site';
import {
  AREAS,
  NAME_LENGTH_MAX,
  NO_WORKAROUND,
  OPERATIONS,
  operationNamed,
  refusalOf,
  refuseUnlessAllowed,
  sourceText,
  VERDICTS,
  verdictOf,
} from './index.ts';

const PAIRS: readonly Standing[] = PLANES.flatMap((plane) =>
  CONNECTIVITY_MODES.filter((mode) => isLegalPair(plane, mode)).map((mode) => ({ plane, mode })),
);

/** Every row of the tables in the source documents that says what becomes of something without a link. */
const SOURCE_ROWS = [
  'device: local web UI',
  'device: shell',
  'device: Kubernetes, kubectl',
  'device: Kubernetes, local registry',
  'device: Kubernetes, cloud registry',
  'device: Kubernetes, cloud monitoring',
  'device: Kubernetes, local dashboard',
  'device: Arc on Kubernetes',
  'device: IoT Edge, modules running',
  'device: IoT Edge, manifest',
  'device: Arc data services, running',
  'device: Arc data services, new images',
  'device: storage tiers, upload',
  'device: storage tiers, reading a ghost',
  'device: storage tiers, Refresh',
  'device: VM images from the cloud',
  'device: VMs by local ARM',
  'device: VM image ingestion',
  'device: local image upload',
  'device: local ARM, registration',
  'device: local ARM, use',
  'device: local ARM, password reset',
  'device: VNF, register, deploy, manage',
  'device: VNF, metrics',
  'device: VNF, heartbeat',
  'device: VPN',
  'device: updates, by package',
  'device: updates, automatic',
  'device: support, request',
  'device: support, package',
  'device: support, remote diagnostics',
  'device: billing',
  'aks: create, update, upgrade, delete clusters',
  'aks: manual scale',
  'aks: new node pools',
  'aks: autoscaler',
  'aks: directory sign-in',
  'aks: connectedk8s proxy',
  'aks: admin kubeconfig',
  'aks: status in the portal',
  'aks: status by kubectl',
  'aks: load balancers running',
  'aks: load-balancer pools',
  'aks: observability, cloud',
  'aks: observability, local',
  'aks: SSH to nodes',
  'aks: log collection',
  'aks: certificates of clusters',
  'arc: GitOps',
  'arc: policy',
  'arc: extensions',
  'arc: cluster connect',
  'arc: heartbeat',
  'arc: metadata',
  'arc: identity certificate',
  'arc: agent upgrades',
  'appliance: create a cluster',
  'appliance: delete a cluster',
  'appliance: scale node pools',
  'appliance: admin kubeconfig',
  'appliance: logical networks',
  'appliance: SSH keys',
  'appliance: Entra ID',
  'appliance: local identity',
  'appliance: GPUs',
  'appliance: Arc Gateway',
  'appliance: extensions on clusters',
  'appliance: container registry',
  'appliance: key vault',
  'appliance: policy',
  'appliance: monitoring',
  'appliance: syslog',
  'appliance: log collection',
  'appliance: backup and restore',
  'appliance: updates',
  'appliance: registration',
  'appliance: virtual machines',
  'appliance: VM images',
  'appliance: certificate rotation',
];

/** What this version has: everything else says that it is absent. */
const PRESENT = [
  ...['kubectl', 'workloads-run', 'volumes', 'change-hub-objects', 'cluster-names'],
  ...['admin-kubeconfig', 'user-manage', 'cluster-connect', 'node-shell'],
  ...['local-registry', 'outside-registry', 'registry-credentials'],
  ...['image-import', 'image-list', 'image-pin', 'image-delete'],
  ...['load-balancers', 'load-balancer-pools'],
  ...[
    'site-observability',
    'site-events',
    'log-collection',
    'status-at-hub',
    'telemetry',
    'usage-records',
    'audit-records',
  ],
  ...[
    'link-activate',
    'link-status',
    'link-cut',
    'link-deactivate',
    'heartbeat',
    'link-identity',
    'desired-state',
    'journal-delivery',
  ],
  ...['plane-show', 'plane-take', 'plane-give', 'settings-show', 'site-settings'],
  ...['certificates-list', 'certificates-renew', 'clock-show', 'clock-confirm'],
  ...['command-line', 'site-up', 'site-down', 'site-destroy', 'site-unit', 'site-status', 'operations-show', 'drills'],
  ...['node-list', 'node-forecast', 'node-restart', 'node-leave'],
];

test('every row of the sources is covered by exactly one entry', () => {
  const covered = OPERATIONS.flatMap(({ rows }) => rows);
  assert.deepEqual([...covered].sort(), [...SOURCE_ROWS].sort());
  assert.equal(new Set(covered).size, covered.length);
});

test('names are kebab-case, unique and short, titles unique, areas known and in their order', () => {
  const names = OPERATIONS.map(({ name }) => name);
  for (const name of names) {
    assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    assert.ok(name.length <= NAME_LENGTH_MAX, name);
  }
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(OPERATIONS.map(({ title }) => title)).size, names.length);
  const areas = OPERATIONS.map(({ area }) => area).filter((area, i, all) => area !== all[i - 1]);
  assert.deepEqual(areas, AREAS);
});

test('every legal pair has a verdict with its reason, and what is missed has a workaround or says that there is none', () => {
  for (const operation of OPERATIONS) {
    const { name, verdicts, title, said, rows, doors } = operation;
    assert.ok(doors.length > 0 && title !== '' && title.length <= 64, name);
    assert.equal(said === '', rows.length === 0, `${name} says what its rows said`);
    assert.deepEqual(Object.keys(verdicts.local), CONNECTIVITY_MODES, name);
    assert.deepEqual(Object.keys(verdicts.hub), CONNECTIVITY_MODES.slice(1), name);
    for (const pair of PAIRS) {
      const { verdict, reason, workaround } = verdictOf(operation, pair);
      assert.ok(VERDICTS.includes(verdict), name);
      assert.match(reason, /^\S.*[^\s.]$/, `${name}: a clause without a full stop`);
      if (verdict === 'works') assert.equal(workaround, null, name);
      else if (verdict !== 'works-locally') assert.match(workaround ?? '', /^\S.*[^\s.]$/, `${name} ${pair.mode}`);
    }
  }
});

test('what is absent is absent everywhere and says what it is meant to be; everything else is there', () => {
  for (const operation of OPERATIONS) {
    const absent = PAIRS.filter((pair) => verdictOf(operation, pair).verdict === 'absent');
    assert.ok(absent.length === 0 || absent.length === PAIRS.length, operation.name);
    for (const pair of absent) assert.match(verdictOf(operation, pair).reason, /^this version has no .+; meant: /);
  }
  const present = OPERATIONS.filter((one) => one.verdicts.local.Connected.verdict !== 'absent').map(({ name }) => name);
  assert.deepEqual(present.sort(), [...PRESENT].sort());
});

test('without a link nothing of the site itself is refused; what the hub owns is, on its plane alone', () => {
  const refused = (standing: Standing) =>
    OPERATIONS.filter((one) => verdictOf(one, standing).verdict === 'refused').map(({ name }) => name);
  const away = ['link-activate', 'cluster-connect'].sort();
  for (const mode of ['SemiConnected', 'Disconnected'] as const) {
    assert.deepEqual(refused({ plane: 'local', mode }).sort(), away);
    assert.deepEqual(refused({ plane: 'hub', mode }).sort(), [...away, 'change-hub-objects', 'site-settings'].sort());
  }
  assert.deepEqual(refused({ plane: 'hub', mode: 'Connected' }), ['link-activate']);
  for (const name of refused({ plane: 'local', mode: 'NotActivated' }))
    assert.match(verdictOf(operationNamed(name), { plane: 'local', mode: 'NotActivated' }).reason, /hub/, name);
});

test('taking the local plane frees what is refused on the plane of the hub', () => {
  for (const mode of ['SemiConnected', 'Disconnected'] as const)
    for (const name of ['change-hub-objects', 'site-settings']) {
      const operation = operationNamed(name);
      assert.match(refusalOf(operation, { plane: 'hub', mode })?.workaround ?? '', /holdfast plane take --reason/);
      assert.equal(refusalOf(operation, { plane: 'local', mode }), undefined);
      assert.equal(refusalOf(operationNamed('plane-take'), { plane: 'hub', mode }), undefined);
    }
});

test('the guard passes exactly what is not refused or absent, and refuses in words that read well', () => {
  for (const operation of OPERATIONS)
    for (const standing of PAIRS) {
      const { verdict, reason, workaround } = verdictOf(operation, standing);
      if (verdict !== 'refused' && verdict !== 'absent') {
        refuseUnlessAllowed(operation.name, standing);
        continue;
      }
      assert.throws(
        () => refuseUnlessAllowed(operation.name, standing),
        (error) => {
          assert.ok(error instanceof WorldError && error.code === 'Refused');
          assert.deepEqual(error.details.refusal, { operation: operation.name, ...standing, reason, workaround });
          assert.equal(error.details.cure, workaround === NO_WORKAROUND ? undefined : workaround);
          return (
            error.message.startsWith(`${operation.name} (${operation.title}) is `) && error.message.endsWith(reason)
          );
        },
      );
    }
  assert.throws(() => refuseUnlessAllowed('change-hub-objects', { plane: 'hub', mode: 'Disconnected' }), {
    message:
      "change-hub-objects (change objects of the hub's desired state) is refused on plane hub in mode Disconnected: " +
      'the hub owns the objects of the desired state on this plane, and the link to it is away',
  });
  assert.throws(() => refuseUnlessAllowed('vpn', { plane: 'local', mode: 'NotActivated' }), {
    message: /^vpn \(a VPN for data in motion\) is absent: this version has no VPN; meant: /,
  });
});

test('an unknown name is refused with the nearest known, and an illegal pair is a bug', () => {
  assert.throws(
    () => operationNamed('image-inport'),
    (error) =>
      error instanceof WorldError && error.code === 'Invalid' && error.details.cure === 'did you mean image-import?',
  );
  assert.throws(
    () => operationNamed('q'),
    (error) => error instanceof WorldError && error.details.cure === 'holdfast operations lists them all',
  );
  assert.throws(() => verdictOf(operationNamed('kubectl'), { plane: 'hub', mode: 'NotActivated' }), /must hold/);
});

test('an entry says where it comes from', () => {
  assert.match(sourceText(operationNamed('vpn')), /^device: VPN \(its configuration stays intact/);
  assert.match(sourceText(operationNamed('drills')), /^our own/);
});
