// What kubectl says to somebody who would change what the hub owns while the link to it is away.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, it } from 'node:test';
import { OWNER_LABEL } from '#model/link';
import type { Standing } from '#model/site';
import { testFolder } from '#platform/process';
import { startTrialServer, type TrialServer } from '../../src/services/apiserver/trial-server.fixture.ts';
import { ran } from '../integration/site.fixture.ts';
import { judge, type Kubectl, type Step } from './judge.fixture.ts';

const folder = testFolder('planes');
let trial: TrialServer;
let standing: Standing = { plane: 'hub', mode: 'SemiConnected' };
let kubectl: Kubectl;
const config = `${folder}/config`;

before(async () => {
  trial = await startTrialServer({ hub: { standing: () => standing, broughtInto: () => false } });
  fs.writeFileSync(config, await trial.kubeconfig('anna', ['system:masters']));
  kubectl = (command, { input } = {}) =>
    ran('kubectl', [`--kubeconfig=${config}`, `--cache-dir=${folder}/cache`, ...command.split(' ')], { input });
  const applier = trial.server.client({ name: 'holdfast:services', groups: ['system:masters'] });
  const maps = (await applier.resources()).find(({ resource }) => resource === 'configmaps');
  assert.ok(maps);
  await applier.create({ ...maps, facts: maps }, {
    metadata: { name: 'shop', namespace: 'default', labels: { [OWNER_LABEL]: 'hub' } },
    data: { a: 'b' },
  } as object);
});
after(async () => {
  await trial.stop();
  fs.rmSync(folder, { recursive: true });
});

const SAID =
  `configmaps "shop" is forbidden: change-hub-objects (change objects of the hub's desired state) is refused on plane hub in ` +
  'mode SemiConnected: the hub owns the objects of the desired state on this plane, and the link to it is away; ' +
  'take the local plane: holdfast plane take --reason WHY';
const REFUSED = { code: 1, err: `Error from server (Forbidden): ${SAID}` };

it('names operation, plane, mode, reason and workaround', () =>
  judge(kubectl, [
    ['delete configmap shop', REFUSED],
    ['label configmap shop holdfast.dev/owner-', REFUSED],
    ['annotate configmap shop a=b', REFUSED],
    ['create configmap own --from-literal=a=b', 'configmap/own created'],
  ] satisfies Step[]));

it('lets him go on with the local plane', async () => {
  standing = { plane: 'local', mode: 'SemiConnected' };
  await judge(kubectl, [
    ['annotate configmap shop a=b', 'configmap/shop annotated'],
    ['delete configmap shop', `configmap "shop" deleted*`],
  ]);
});
