// A site on a machine without any route: everything works by what is at hand. And one on a machine that lets us do little:
// it says what is missing, and what there is instead.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Pod } from '#model/kube';
import type { SiteStatus } from '#model/site';
import { systemClock } from '#platform/clock';
import { connectCri } from '#platform/cri';
import { testName } from '#platform/process';
import { writeBusyboxImage } from './image.fixture.ts';
import { eventually, HOME, KUBECTL, type Ran, ran, testSite } from './site.fixture.ts';

const ALONE = testName('alone');
const IMAGE = 'registry.example.com/busy:latest';
const NOBODY = '65534';
const site = testSite('alone');
const folder = path.dirname(site.data);
const command = path.join(HOME, 'holdfast');

const alone = (file: string, ...args: string[]): Promise<Ran> =>
  ran('nsenter', [`--net=/run/netns/${ALONE}`, '--', file, ...args]);
const holdfast = (...args: string[]): Promise<Ran> => alone(command, ...args, '--data', site.data);
const kubectl = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await alone(KUBECTL, '--kubeconfig', site.kubeconfig, ...args);
  if (code !== 0) throw new Error(stderr);
  return stdout;
};
async function works(...args: string[]): Promise<Ran> {
  const answer = await holdfast(...args);
  assert.equal(answer.code, 0, `${args.join(' ')}: ${answer.stderr}`);
  return answer;
}

before(async () => {
  await ran('ip', ['netns', 'add', ALONE]);
  await ran('ip', ['-n', ALONE, 'link', 'set', 'lo', 'up']);
  fs.chmodSync(folder, 0o777);
});

after(async () => {
  if (fs.existsSync(site.data)) await holdfast('destroy', '--yes');
  await ran('ip', ['netns', 'del', ALONE]);
  await site.destroy();
});

const POD = (name: string, image: string, secrets: readonly string[] = []): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      containers: [{ name: 'main', image, imagePullPolicy: 'Always' }],
      imagePullSecrets: secrets.map((secret) => ({ name: secret })),
    },
  });

const apply = async (manifest: string): Promise<void> => {
  const file = path.join(folder, 'manifest.json');
  fs.writeFileSync(file, manifest);
  await eventually('what is applied is taken', async () => (await kubectl('apply', '-f', file)) !== '');
};

/** Why the image of a pod was not pulled, as its container says it and an event too. */
async function pullFailure(name: string): Promise<string> {
  const why = await eventually(`the pull for ${name} fails`, async () => {
    const pod = JSON.parse(await kubectl('get', 'pod', name, '-o', 'json')) as Pod;
    const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
    return waiting?.reason?.includes('Pull') && waiting.message;
  });
  const said = why.slice(why.indexOf("the site's registry"));
  await eventually('an event says the same', async () => {
    const text = await kubectl('get', 'events', `--field-selector=involvedObject.name=${name}`, '-o', 'json');
    const { items } = JSON.parse(text) as { items: { message: string }[] };
    return items.some(({ message }) => message.startsWith('Failed to pull image') && message.endsWith(said));
  });
  return why;
}

/** By the registry's own name, an image is for who has the pull secret's account. */
async function pullsByOwnName(): Promise<void> {
  const access = JSON.parse((await works('registry', 'credentials', '--json')).stdout) as {
    readonly address: string;
    readonly alsoAt: readonly string[];
    readonly user: string;
    readonly password: string;
  };
  const archive = path.join(folder, 'own.tar');
  await writeBusyboxImage(archive, `${access.address}/team/own:1`);
  await works('image', 'import', archive);
  const secret = JSON.parse(await kubectl('get', 'secret', 'ase-ecr-credentials', '-o', 'json')) as {
    data: Record<string, string>;
  };
  const { auths } = JSON.parse(Buffer.from(secret.data['.dockerconfigjson'] ?? '', 'base64').toString()) as {
    auths: Record<string, { username: string; password: string }>;
  };
  const names = [access.address, ...access.alsoAt];
  assert.deepEqual(Object.keys(auths), names);
  const cri = connectCri({ socket: `${site.data}/run/node-a-worker/containerd.sock`, clock: systemClock });
  try {
    for (const name of names) {
      const image = `${name}/team/own:1`;
      await assert.rejects(cri.imagePull(image), /401 Unauthorized/, `${image} without the secret`);
      const { username = '', password = '' } = auths[name] ?? {};
      assert.match(await cri.imagePull(image, { username, password }), /^sha256:/, image);
    }
  } finally {
    cri.close();
  }
  await apply(POD('own', `${access.address}/team/own:1`, ['ase-ecr-credentials']));
  await kubectl('wait', 'pod/own', '--for=condition=Ready', '--timeout=60s');
  await apply(POD('stranger', `${access.address}/team/own:1`));
  const refused = await pullFailure('stranger');
  assert.match(refused, /the site's registry says UNAUTHORIZED: .*imagePullSecrets.*\/v2\/team\/own\/manifests\/1/);
}

test('a site without any route comes up, runs pods, stops, starts and goes', { timeout: 180_000 }, async () => {
  assert.equal((await alone('ip', 'route', 'show', 'default')).stdout, '');
  await works('up');
  const archive = path.join(folder, 'busy.tar');
  await writeBusyboxImage(archive, IMAGE);
  await works('image', 'import', archive);
  await apply(POD('here', IMAGE));
  await kubectl('wait', 'pod/here', '--for=condition=Ready', '--timeout=60s');

  await apply(POD('nowhere', 'docker.io/library/nowhere:1'));
  const why = await pullFailure('nowhere');
  assert.match(
    why,
    /says MANIFEST_UNKNOWN: docker\.io\/library\/nowhere:1 is not in the site's registry, and .*cannot be reached/,
  );
  assert.match(why, /holdfast image import FILE.*\(asked for \/v2\/library\/nowhere\/manifests\/1\?ns=docker\.io\)/);
  assert.doesNotMatch(why, /lookup|dial/, 'no registry outside was asked by the node');

  await pullsByOwnName();

  await works('down');
  await works('up');
  const status = JSON.parse((await works('status', '--json')).stdout) as SiteStatus;
  assert.equal(status.phase, 'Ready');
  await eventually('the pod runs again', async () =>
    /Running/.test(await kubectl('get', 'pod', 'here', '--no-headers')),
  );
  await works('destroy', '--yes');
  assert.equal(fs.existsSync(site.data), false);
});

test('without root the message names what works without, and that works', { timeout: 120_000 }, async () => {
  const data = path.join(folder, 'nobody');
  const asNobody = (...args: string[]): Promise<Ran> =>
    ran('setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', command, ...args, '--data', data]);
  const refused = await asNobody('up');
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stderr, /need root/);
  assert.match(refused.stderr, /holdfast up --runtime simulated/);
  assert.equal(fs.existsSync(data), false, 'nothing half-made is left');
  try {
    const simulated = await asNobody('up', '--runtime', 'simulated', '--ports', 'auto');
    assert.equal(simulated.code, 0, simulated.stderr);
    assert.match((await asNobody('status')).stdout, /simulated: no containers run/);
  } finally {
    assert.equal((await asNobody('destroy', '--yes')).code, 0);
  }
});

test('where no namespaces may be made, the message says so and names what works without', async () => {
  const data = path.join(folder, 'bound');
  const bound = await ran('setpriv', [
    '--bounding-set=-sys_admin',
    '--inh-caps=-sys_admin',
    command,
    'up',
    '--data',
    data,
  ]);
  assert.equal(bound.code, 1, bound.stderr);
  assert.match(bound.stderr, /does not let us make network namespaces/);
  assert.match(bound.stderr, /holdfast up --runtime simulated/);
  assert.equal(fs.existsSync(data), false);
});
