// A replicated volume is a folder that is made on first use, refused while it cannot be had, and away once the volume is deleted.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import type { PersistentVolume } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { testFolder } from '#platform/process';
import { fakeClient } from '#reconcile';
import { type AgentContext, REFERENCED } from '../context.ts';
import { NODE_LOCAL_CHECK_MS } from '../limits.ts';
import { claimFolder } from './claims.ts';
import { followReplicatedVolumes } from './replicated.ts';

const folder = testFolder('replicated');
after(() => fs.rmSync(folder, { recursive: true }));
const HANDLE = '0b8a2c9e-4f1d-4f0e-9d11-0d2f3c4b5a69';

const volume = (more: object = {}, metadata: object = {}): PersistentVolume => ({
  metadata: { name: 'pv', finalizers: ['holdfast.dev/replicated'], ...metadata },
  spec: {
    csi: { driver: 'replicated.holdfast.dev', volumeHandle: HANDLE },
    persistentVolumeReclaimPolicy: 'Delete',
    ...more,
  },
});

/** The folder of a pod's claim that is bound to `bound`. */
const folderOf = (bound: PersistentVolume, answers: boolean | undefined) => {
  const claim = { metadata: { namespace: 'n', name: 'c' }, spec: { volumeName: 'pv' }, status: { phase: 'Bound' } };
  const read = async (kind: string) => (kind === 'claim' ? claim : bound);
  return claimFolder(
    { name: 'v', persistentVolumeClaim: { claimName: 'c' } },
    {
      pod: { metadata: { namespace: 'n', name: 'p', uid: 'u' } },
      references: { read } as never,
      kept: new Map(),
      replicated: answers === undefined ? undefined : { folder, answers: async () => answers },
    },
  );
};

test('the folder is made when it is first used, open to whoever the pod runs as', async () => {
  const ready = await folderOf(volume(), true);
  assert.deepEqual(ready, { path: path.join(folder, HANDLE), readOnly: false, ownable: true, walkedOnce: true });
  assert.equal(fs.statSync(ready.path).mode & 0o777, 0o777);
  fs.writeFileSync(path.join(ready.path, 'kept'), '');
  await folderOf(volume(), true);
  assert.ok(fs.existsSync(path.join(ready.path, 'kept')));
});

test('it is refused while it does not show, on a site of one node, and with a handle that leads elsewhere', async () => {
  await assert.rejects(folderOf(volume(), false), { code: 'Unavailable', message: /client does not answer/ });
  await assert.rejects(folderOf(volume(), undefined), { code: 'Unsupported', message: /site of two nodes/ });
  await assert.rejects(folderOf(volume({ volumeMode: 'Block' }), true), { code: 'Unsupported' });
  for (const volumeHandle of ['..', '../x', 'a/b', '', '.removed', 'A'])
    await assert.rejects(folderOf(volume({ csi: { driver: 'replicated.holdfast.dev', volumeHandle } }), true), {
      code: 'Invalid',
    });
});

async function following(of: { answers: () => boolean }) {
  const clock = fakeClock();
  const client = fakeClient({ clock });
  const options = {
    client,
    clock,
    log: memoryLog(),
    nodeName: 'node-a-worker',
    replicatedVolumes: { folder, answers: async () => of.answers() },
  };
  const follower = followReplicatedVolumes({ options } as unknown as AgentContext);
  const make = async (one: PersistentVolume): Promise<void> => {
    await client.create(REFERENCED.volume, one);
    fs.mkdirSync(path.join(folder, HANDLE), { recursive: true });
    fs.writeFileSync(path.join(folder, HANDLE, 'content'), '');
    await client.delete(REFERENCED.volume, { name: 'pv' });
  };
  /** Files are removed in real time, timers fire in the clock's. */
  const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
    while (!(await holds())) {
      await clock.advance(NODE_LOCAL_CHECK_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const isGone = async (): Promise<boolean> => (await client.list(REFERENCED.volume)).items.length === 0;
  return { clock, client, follower, make, until, isGone };
}

test('a deleted volume takes its folder along, once nobody else holds it and the volumes show', async () => {
  let answers = false;
  const { client, follower, make, until, isGone, clock } = await following({ answers: () => answers });
  await make(volume({}, { finalizers: ['holdfast.dev/replicated', 'kubernetes.io/pv-protection'] }));
  await clock.advance(NODE_LOCAL_CHECK_MS);
  assert.ok(fs.existsSync(path.join(folder, HANDLE)));
  const finalizers = ['holdfast.dev/replicated'];
  await client.patch(REFERENCED.volume, { name: 'pv' }, { type: 'merge', body: { metadata: { finalizers } } });
  await clock.advance(NODE_LOCAL_CHECK_MS);
  assert.ok(fs.existsSync(path.join(folder, HANDLE)), 'it does not show');
  assert.equal(await isGone(), false);
  answers = true;
  await until(isGone);
  assert.equal(fs.existsSync(path.join(folder, HANDLE)), false);
  await until(() => !fs.existsSync(path.join(folder, '.removed', 'node-a-worker')));
  follower.close();
});

test('a volume that is retained leaves its folder, and what was put aside in an earlier life is removed', async () => {
  const aside = path.join(folder, '.removed', 'node-a-worker');
  fs.mkdirSync(path.join(aside, 'of-before'), { recursive: true });
  const { follower, make, until, isGone } = await following({ answers: () => true });
  await make(volume({ persistentVolumeReclaimPolicy: 'Retain' }));
  await until(isGone);
  assert.ok(fs.existsSync(path.join(folder, HANDLE, 'content')));
  await until(() => !fs.existsSync(aside));
  follower.close();
});
