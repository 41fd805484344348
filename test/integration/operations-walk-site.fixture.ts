// The probes of operations that are the site's own: its command line, its cluster, its images, its certificates and its clock.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { callSupervisor } from '#host';
import type { Site, Standing } from '#model/site';
import { isSystemdMachine } from '#platform/process';
import { registryDoor } from '../faults/doors.fixture.ts';
import type { Walk } from './operations-walk.fixture.ts';
import { act, commands, look, type Probe, refusedByGuard, shows } from './operations-walk-probe.fixture.ts';
import { eventually, HOME, ran } from './site.fixture.ts';

const IMAGE = 'example.org/walk:1';

interface ShownOperation {
  readonly name: string;
  readonly verdicts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const named = (name: string, more: object = {}) => ({ metadata: { name, namespace: 'walk', ...more } });
const labelled = (app: string) => ({ metadata: { labels: { app } } });

/** One pod that stays, and what `more` adds to its spec. */
const deployment = (app: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  ...named(app),
  spec: {
    selector: { matchLabels: { app } },
    template: { ...labelled(app), spec: { containers: [{ name: 'main', image: IMAGE }], ...more } },
  },
});
const service = (app: string, type: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  ...named(app),
  spec: { type, selector: { app }, ports: [{ port: 80 }] },
});
const rolledOut = (walk: Walk, app: string): Promise<string> =>
  walk.site.kubectl('rollout', 'status', `deployment/${app}`, '-n', 'walk', '--timeout=120s');
const read = (walk: Walk, ...what: string[]): Promise<string> => walk.site.kubectl('get', ...what, '-n', 'walk');
const siteFile = ({ folders }: Walk): Site => JSON.parse(fs.readFileSync(folders.siteFile, 'utf8')) as Site;

async function skopeo(...args: string[]): Promise<void> {
  const { code, stderr } = await ran('skopeo', ['--insecure-policy', ...args]);
  assert.equal(code, 0, stderr);
}

/** The manifest of an image, as the site's registry answers for this registry's name. */
async function manifest({ site }: Walk, name: string, of: string): Promise<string> {
  const { door, authorization } = registryDoor(site);
  const asked = `/v2/${name}/manifests/1?ns=${of}`;
  const { code, text } = await door.ask({ path: asked, headers: { authorization, accept: '*/*' } });
  assert.equal(code, 200, text);
  return text;
}

/** A copy of the stopped site's folder, in the same standing: what `destroy` removes, without ending the walk. */
async function destroyCopy(walk: Walk): Promise<void> {
  const copy = `${walk.folder}/copy`;
  const { data, run } = walk.folders;
  fs.cpSync(data, copy, { recursive: true, filter: (from) => from !== run });
  const destroyed = await ran(path.join(HOME, 'holdfast'), ['destroy', '--yes', '--data', copy]);
  assert.equal(destroyed.code, 0, destroyed.stderr);
  assert.ok(!fs.existsSync(copy) && fs.existsSync(walk.folders.siteFile));
}

const SITE: Readonly<Record<string, Probe>> = {
  // It waits most of the time, and puts back what it does: others may look meanwhile.
  drills: shows('drill run clock-jump --yes', 'drill list'),
  'command-line': look(async (walk) => {
    await walk.executable('--version');
    await walk.executable('status');
  }),
  'site-status': shows('status'),
  'node-list': shows('node list'),
  'node-forecast': shows('node forecast'),
  // Of one node, it says what to do instead.
  'node-restart': {
    ...look(async (walk) => {
      const { code, stderr } = await walk.ran('node', 'restart');
      assert.equal(code, 1, stderr);
      assert.match(stderr, /has one node: to restart it means to stop it/);
    }),
    shownBy: 'test/integration/pair-rolling.test.ts',
  },
  // A site of one node lets its last one not go, whatever the link is like.
  'node-leave': {
    ...look(async (walk) => {
      const { code, stderr } = await walk.ran('node', 'leave', 'node-a');
      assert.equal(code, 6, stderr);
      assert.match(stderr, /one node/);
    }),
    shownBy: 'test/integration/pair-leave.test.ts',
  },
  'operations-show': look(async (walk, { standing, operation, ruling }) => {
    const shown = await walk.json<Standing & { operations: readonly ShownOperation[] }>('operations');
    assert.deepEqual({ plane: shown.plane, mode: shown.mode }, standing);
    const own = shown.operations.find(({ name }) => name === operation);
    assert.deepEqual(own?.verdicts[standing.plane]?.[standing.mode], ruling);
  }),
  // Without systemd the machine says so; with it, the site has no unit.
  'site-unit': {
    ...look(async (walk) => {
      const { code, stderr } = await walk.ran('uninstall');
      assert.equal(code, isSystemdMachine() ? 0 : 1, stderr);
      if (code === 1) assert.match(stderr, /systemd does not run this machine/);
    }),
    shownBy: 'test/guest/site-in-guest.ts',
  },
};

const KUBERNETES: Readonly<Record<string, Probe>> = {
  kubectl: act(async ({ site }, { name }) => {
    await site.kubectl('create', 'configmap', name, '-n', 'walk', '--from-literal=a=b');
    assert.match(await site.kubectl('get', 'configmaps', '-n', 'walk', '-o', 'name'), new RegExp(`/${name}\n`));
    await site.kubectl('delete', 'configmap', name, '-n', 'walk');
  }),
  'workloads-run': {
    ...act(async (walk, { name }) => {
      await walk.apply(deployment(name));
      await rolledOut(walk, name);
      await walk.site.kubectl('delete', 'pods', '-l', `app=${name}`, '-n', 'walk');
      await rolledOut(walk, name);
      await walk.site.kubectl('delete', 'deployment', name, '-n', 'walk');
    }),
    shownBy: 'test/integration/pods.test.ts',
  },
  volumes: {
    ...act(async (walk, { name }) => {
      const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } };
      const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: name } }];
      await walk.apply({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...named(name), spec });
      await walk.apply(deployment(name, { volumes }));
      await rolledOut(walk, name);
      assert.equal(await read(walk, 'pvc', name, '-o', 'jsonpath={.status.phase}'), 'Bound');
      await walk.site.kubectl('delete', 'deployment,pvc', name, '-n', 'walk', '--wait=false');
    }),
    shownBy: 'test/integration/guestbook.test.ts',
  },
  'load-balancers': {
    ...act(async (walk, { name }) => {
      await walk.apply(service(name, 'LoadBalancer'));
      const address = await eventually(
        'an address',
        async () =>
          (await read(walk, 'service', name, '-o', 'jsonpath={.status.loadBalancer.ingress[0].ip}')) || undefined,
      );
      assert.match(address, /^192\.0\.2\.2\d\d$/);
      await walk.site.kubectl('delete', 'service', name, '-n', 'walk');
    }),
    shownBy: 'test/integration/guestbook.test.ts',
  },
  'load-balancer-pools': act(async (walk) => {
    const { first, last } = siteFile(walk).network.serviceIps;
    await walk.executable('up', '--service-ips', `${first}-${last}`);
    const other = await walk.site.holdfast('up', '--service-ips', '192.0.2.100-192.0.2.110');
    assert.equal(other.code, 6, other.stderr);
    assert.match(other.stderr, /--service-ips \(they are 192\.0\.2\.200-/);
  }),
  'cluster-names': {
    ...act(async (walk, { name }) => {
      await walk.apply(service(name, 'ClusterIP'), deployment(name));
      await rolledOut(walk, name);
      assert.match(await read(walk, 'service', name, '-o', 'jsonpath={.spec.clusterIP}'), /^172\.28\./);
      await eventually('the pod stands behind its service', async () =>
        /^172\.27\./.test(
          await read(
            walk,
            'endpointslices',
            '-l',
            `kubernetes.io/service-name=${name}`,
            '-o',
            'jsonpath={.items[*].endpoints[*].addresses[*]}',
          ),
        ),
      );
      await walk.site.kubectl('delete', 'service,deployment', name, '-n', 'walk');
    }),
    shownBy: 'test/conformance/network.test.ts',
  },
};

const ACCESS: Readonly<Record<string, Probe>> = {
  'admin-kubeconfig': look(async (walk, { name }) => {
    const file = `${walk.folder}/${name}`;
    fs.writeFileSync(file, await walk.holdfast('kubeconfig'), { mode: 0o600 });
    assert.equal((await walk.kubectlAs(file, 'auth', 'can-i', '*', '*')).stdout, 'yes\n');
  }),
  'user-manage': act(async (walk, { name }) => {
    const file = `${walk.folder}/${name}`;
    fs.writeFileSync(file, await walk.holdfast('user', 'create', name, '--hours', '2'), { mode: 0o600 });
    await walk.holdfast('user', 'grant', name, '--namespace', 'walk');
    const pods = () => walk.kubectlAs(file, 'get', 'pods', '-n', 'walk');
    await eventually('the rights count', async () => (await pods()).code === 0);
    await walk.holdfast('user', 'revoke', name);
    await eventually('the person is shut out', async () => (await pods()).code !== 0);
    assert.match(await walk.holdfast('user', 'list'), new RegExp(`${name} `));
  }),
  // The site runs in the node's own namespaces and listens at no port of SSH: whoever can sign in there still can.
  'node-shell': look(async (walk) => {
    const shell = await ran('sh', ['-l', '-c', `ls -L ${walk.folders.supervisorSocket} && readlink /proc/$$/ns/net`]);
    assert.equal(shell.code, 0, shell.stderr);
    const holdfastd = (await walk.site.status()).processes.find(({ name }) => name === 'holdfastd');
    assert.ok(shell.stdout.endsWith(`${fs.readlinkSync(`/proc/${holdfastd?.pid}/ns/net`)}\n`));
    assert.ok(!Object.values(siteFile(walk).ports).includes(22));
  }),
};

const IMAGES: Readonly<Record<string, Probe>> = {
  'registry-credentials': shows('registry credentials', 'registry ca'),
  'local-registry': act(async (walk, { name }) => {
    const { address, user, password } = await walk.json<Record<string, string>>('registry', 'credentials');
    const certificates = `${walk.folder}/registry-ca`;
    fs.mkdirSync(certificates, { recursive: true });
    fs.writeFileSync(`${certificates}/ca.crt`, await walk.holdfast('registry', 'ca'));
    const there = ['--dest-creds', `${user}:${password}`, '--dest-cert-dir', certificates];
    await skopeo('copy', ...there, `oci-archive:${walk.image}`, `docker://${address}/example.org/${name}:1`);
    const here = ['--src-creds', `${user}:${password}`, '--src-cert-dir', certificates];
    await skopeo('copy', ...here, `docker://${address}/example.org/${name}:1`, `oci-archive:${walk.folder}/${name}`);
  }),
  'outside-registry': {
    ...act(async (walk, { name }) => {
      const there = `docker://${walk.outside}/${name}:1`;
      await skopeo('copy', '--dest-tls-verify=false', `oci-archive:${walk.image}`, there);
      assert.match(await manifest(walk, name, 'outside.example'), /"layers"/);
    }),
    shownBy: 'test/integration/registry.test.ts',
  },
  'image-import': act((walk) => walk.holdfast('image', 'import', walk.image)),
  'image-list': act(async (walk) => assert.match(await walk.holdfast('image', 'list'), /example\.org\/walk:1/)),
  'image-pin': commands(`image unpin ${IMAGE}`, `image pin ${IMAGE}`),
  'image-delete': commands(`image delete ${IMAGE}`),
};

const WATCHING: Readonly<Record<string, Probe>> = {
  'site-observability': look(async (walk) => {
    assert.match(await walk.site.kubectl('get', '--raw', '/metrics'), /^holdfast_/m);
    assert.match(await walk.holdfast('status'), /Ready/);
  }),
  'site-events': look(async (walk) => assert.match(await walk.holdfast('events'), /Ready/)),
  'log-collection': {
    ...look(async (walk) => {
      assert.match(await walk.holdfast('logs'), /^services$/m);
      assert.match(await walk.holdfast('logs', 'kube'), /the API answers/);
    }),
    shownBy: 'test/integration/pods.test.ts',
  },
  'certificates-list': shows('certificates list'),
  'clock-show': shows('clock'),
  'settings-show': shows('settings'),
  'plane-show': shows('plane'),
  'link-status': look(async (walk, { standing: { plane, mode } }) => {
    const link = await walk.link();
    assert.deepEqual({ plane: link.plane, mode: link.mode }, { plane, mode });
    const shown = ['-n', 'holdfast-system', '-o', 'jsonpath={.data.plane} {.data.mode}'];
    await eventually(
      'workloads see it',
      async () => (await walk.site.kubectl('get', 'configmap', 'connectivity', ...shown)) === `${plane} ${mode}`,
    );
  }),
};

const UPKEEP: Readonly<Record<string, Probe>> = {
  'certificates-renew': commands('certificates renew'),
  // holdfastd sees a system clock that jumps, and one that is put right; the machine's clock is not set.
  'clock-confirm': act(async (walk, { standing }) => {
    // A hub that is heard just then would end the doubt by itself.
    if (standing.mode === 'Connected') await walk.contact();
    const seen = async (shiftMs: number): Promise<void> => {
      for await (const answer of callSupervisor(walk.folders, { verb: 'clock-drill', shiftMs }))
        assert.equal(answer.kind, 'clock');
    };
    await seen(40 * 365 * 86_400_000);
    assert.equal((await walk.clock()).tentative?.kind, 'system-jump');
    await walk.holdfast('clock', 'confirm', '--undo');
    assert.equal((await walk.clock()).trusted, true);
    await seen(0);
    // Where the operator stated another time than the machine has, that is a jump too.
    if (!(await walk.clock()).trusted) await walk.holdfast('clock', 'confirm', '--undo');
  }),
  // What a process goes by counts at once: a link that may be silent for a day is not weak after minutes.
  'site-settings': {
    ...act(async (walk, { standing }) => {
      await walk.holdfast('settings', 'set', 'semiConnectedAfterMinutes=1440');
      const mode = standing.mode === 'SemiConnected' ? 'Connected' : standing.mode;
      assert.deepEqual([walk.standing().mode, (await walk.link()).mode], [mode, mode]);
      await walk.holdfast('settings', 'unset', 'semiConnectedAfterMinutes');
      assert.deepEqual(walk.standing(), standing);
    }),
    refuses: (walk, cell) => refusedByGuard(walk, cell, ['settings', 'set', 'semiConnectedAfterMinutes=1440']),
  },
};

/** The last ones of a cell, in this order. */
export const LIFE_PROBES: Readonly<Record<string, Probe>> = {
  'site-down': act(async (walk) => {
    await walk.executable('down');
    assert.equal((await walk.site.status()).phase, 'Stopped');
  }),
  'site-destroy': act(destroyCopy),
  'site-up': act(async (walk) => {
    await walk.executable('up');
    assert.equal((await walk.site.status()).phase, 'Ready');
  }),
};

export const SITE_PROBES: Readonly<Record<string, Probe>> = {
  ...SITE,
  ...KUBERNETES,
  ...ACCESS,
  ...IMAGES,
  ...WATCHING,
  ...UPKEEP,
};
