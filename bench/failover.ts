// What the loss of a node costs a site of two: from the instant at which all of its processes are killed and its cables pulled, until a
// write by a new connection is acknowledged again, and until every pod runs on the node that is left. Then the node is brought back, and
// the next loss is the other's. A lab stands on one machine: both nodes, the witness and the load share its processors.
import fs from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { type Site, siteOn, switchName } from '#model/site';
import { openCgroups } from '#platform/cgroup';
import { runOrThrow } from '#platform/process';
import { bench, benchMain, pause, progress, waitUntil } from './harness/bench.ts';
import { connect, expectJson, expectStatus } from './harness/connection.ts';
import { BUSYBOX_IMAGE, importBusybox, importPerl, PERL_IMAGE } from './harness/images.ts';
import type { Target } from './harness/kubeconfig.ts';
import { IDLE_COMMAND, podNamespace } from './harness/pods.ts';
import { type BenchSite, withSite } from './harness/site.ts';
import { rounded, spanFigures } from './harness/statistics.ts';

const NAMESPACE = 'bench-failover';
const WORKLOADS = { web: 'deployments', book: 'statefulsets' } as const;
type App = keyof typeof WORKLOADS;
const APPS = Object.keys(WORKLOADS) as App[];
const NODES = ['node-a', 'node-b'] as const;
type NodeName = (typeof NODES)[number];
/** Of one try to write, and between two. */
const WRITE_TIMEOUT_MS = 400;
const WRITE_PAUSE_MS = 15;
const LOOK_PAUSE_MS = 40;
const TIMEOUT_MS = 120_000;

interface Loss {
  readonly node: NodeName;
  readonly controlled: boolean;
  readonly writableMs: number;
  readonly podsMs: number;
  readonly volumePodsMs: number;
}

interface SeenPod {
  readonly metadata: { readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** One write by a connection of its own; true when it was acknowledged. */
function writes({ server, tls }: Target, value: number): Promise<boolean> {
  return new Promise((resolve) => {
    const at = new URL(`/api/v1/namespaces/${NAMESPACE}/configmaps/probe`, server);
    const headers = { 'content-type': 'application/merge-patch+json' };
    const request = https.request(at, { ...tls, method: 'PATCH', headers, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode === 200));
      answer.on('error', () => resolve(false));
    });
    request.setTimeout(WRITE_TIMEOUT_MS, () => request.destroy());
    request.on('error', () => resolve(false));
    request.end(JSON.stringify({ data: { value: String(value) } }));
  });
}

async function untilWritable(target: Target): Promise<number> {
  for (let n = 0; !(await writes(target, n)); n++) await pause(WRITE_PAUSE_MS);
  return performance.now();
}

async function podsOf(target: Target, app: App): Promise<readonly SeenPod[]> {
  const connection = connect(target, { connections: 1 });
  try {
    const all = connection.request('GET', `/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app%3D${app}`);
    const { items } = await expectJson<{ items: SeenPod[] }>(all, 200);
    return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  } finally {
    connection.close();
  }
}

const isReady = ({ status }: SeenPod): boolean =>
  status?.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True') === true;

/** Resolves when there are `count` Ready pods, on these workers and on no others. */
async function untilReadyOn(target: Target, app: App, count: number, workers: readonly string[]): Promise<number> {
  const deadlineMs = performance.now() + TIMEOUT_MS;
  for (;;) {
    const pods = await podsOf(target, app).catch(() => []);
    const places = new Set(pods.map(({ spec }) => spec.nodeName ?? ''));
    if (
      pods.length === count &&
      pods.every(isReady) &&
      workers.every((worker) => places.delete(worker)) &&
      places.size === 0
    )
      return performance.now();
    if (performance.now() > deadlineMs)
      throw new Error(`${count} pods of ${app} were not Ready on ${workers.join()} in time`);
    await pause(LOOK_PAUSE_MS);
  }
}

const spreadOver = (app: string) => [
  {
    maxSkew: 1,
    topologyKey: 'kubernetes.io/hostname',
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: { app } },
  },
];

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        topologySpreadConstraints: spreadOver('web'),
        containers: [{ name: 'c', image: BUSYBOX_IMAGE, command: ['/bin/busybox', ...IDLE_COMMAND] }],
      },
    },
  },
};

/** Takes a lock of fcntl(2) on a whole file (F_SETLKW, F_WRLCK), then adds a line that is synced, again and again. */
const LOCKER = [
  'sysopen(F, "/data/book", 0102|02000|04010000) or die "open: $!";',
  'my $lock = pack("s s x4 q q i x4", 1, 0, 0, 0, 0); fcntl(F, 7, $lock) or die "lock: $!";',
  'syswrite(F, "begun\n") or die "write: $!"; open(L, ">", "/locked"); print L 1; close L;',
  'while (1) { syswrite(F, "on\n") or die "write: $!"; select(undef, undef, undef, 0.1) }',
].join(' ');

/** Each pod on a replicated volume of its own: Ready once it holds the lock of its file and has written. */
const statefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'book' },
  spec: {
    replicas: 0,
    serviceName: 'book',
    podManagementPolicy: 'Parallel',
    selector: { matchLabels: { app: 'book' } },
    template: {
      metadata: { labels: { app: 'book' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        topologySpreadConstraints: spreadOver('book'),
        containers: [
          {
            name: 'c',
            image: PERL_IMAGE,
            command: ['/usr/bin/perl', '-e', LOCKER],
            readinessProbe: { exec: { command: ['/bin/busybox', 'test', '-s', '/locked'] }, periodSeconds: 1 },
            volumeMounts: [{ name: 'data', mountPath: '/data' }],
          },
        ],
      },
    },
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: 'ase-replicated',
          resources: { requests: { storage: '1Mi' } },
        },
      },
    ],
  },
};

class Lab {
  readonly #site: Site;
  readonly #bench: BenchSite;

  constructor(of: BenchSite) {
    this.#bench = of;
    this.#site = (JSON.parse(fs.readFileSync(path.join(of.data, 'lab.json'), 'utf8')) as { site: Site }).site;
  }

  async controller(): Promise<NodeName> {
    const { nodes } = (await this.#bench.status()) as unknown as { nodes: { name: NodeName; holdsControl: boolean }[] };
    const found = nodes.find(({ holdsControl }) => holdsControl);
    if (!found) throw new Error('nobody controls');
    return found.name;
  }

  /** The instant of the fault. */
  async kill(node: NodeName): Promise<number> {
    const records = JSON.parse(
      fs.readFileSync(path.join(this.#bench.data, node, 'run/processes.json'), 'utf8'),
    ) as Record<string, { identity: { pid: number } }>;
    const watchdog = records.watchdog?.identity.pid;
    const atMs = performance.now();
    await Promise.all(this.#cables(node).map((cable) => runOrThrow('ip', ['link', 'set', cable, 'down'])));
    if (watchdog !== undefined) process.kill(watchdog, 'SIGKILL');
    await openCgroups().killAll(`/holdfast-${siteOn(this.#site, node).id}`);
    return atMs;
  }

  async bringBack(node: NodeName): Promise<void> {
    await Promise.all(this.#cables(node).map((cable) => runOrThrow('ip', ['link', 'set', cable, 'up'])));
    await this.#bench.holdfast('up');
    await this.whole();
  }

  /** Until the loss of either node is survived. */
  async whole(): Promise<void> {
    const isRedundant = async (): Promise<boolean> => {
      const { conditions } = (await this.#bench.status()) as unknown as {
        conditions: { type: string; status: string }[];
      };
      return conditions.some(({ type, status }) => type === 'Redundant' && status === 'True');
    };
    await waitUntil('the site is redundant', isRedundant, { timeoutMs: TIMEOUT_MS });
  }

  #cables(node: NodeName): string[] {
    const index = NODES.indexOf(node);
    return ['l', 's'].map((network) => `${switchName(this.#site)}${network}${index}`);
  }
}

async function loseOnce(site: BenchSite, lab: Lab, node: NodeName, pods: number): Promise<Loss> {
  const survivor = node === 'node-a' ? 'node-b' : 'node-a';
  const controlled = (await lab.controller()) === node;
  const lostMs = await lab.kill(node);
  const [writableMs, podsMs, volumePodsMs] = await Promise.all([
    untilWritable(site.target),
    ...(['web', 'book'] as const).map((app) => untilReadyOn(site.target, app, pods, [`${survivor}-worker`])),
  ]);
  const since = (atMs = Number.NaN): number => atMs - lostMs;
  return {
    ...{ node, controlled, writableMs: since(writableMs) },
    ...{ podsMs: since(podsMs), volumePodsMs: since(volumePodsMs) },
  };
}

/** From none to all, so that they are spread over both. */
async function spread(site: BenchSite, pods: number): Promise<void> {
  const connection = connect(site.target, { connections: 1 });
  const scale = (replicas: number): Promise<unknown> =>
    Promise.all(
      APPS.map((app) =>
        expectStatus(
          connection.request('PATCH', `/apis/apps/v1/namespaces/${NAMESPACE}/${WORKLOADS[app]}/${app}`, {
            body: { spec: { replicas } },
            contentType: 'application/merge-patch+json',
          }),
          200,
        ),
      ),
    );
  try {
    await scale(0);
    for (const app of APPS)
      await waitUntil('no pod is left', async () => (await podsOf(site.target, app)).length === 0, {
        timeoutMs: TIMEOUT_MS,
      });
    await scale(pods);
  } finally {
    connection.close();
  }
  const workers = NODES.map((node) => `${node}-worker`);
  await Promise.all(APPS.map((app) => untilReadyOn(site.target, app, pods, workers)));
}

const figures = (losses: readonly Loss[]) => ({
  control_writable: spanFigures(losses.filter(({ controlled }) => controlled).map(({ writableMs }) => writableMs)),
  writable_when_the_other_is_lost: spanFigures(
    losses.filter(({ controlled }) => !controlled).map(({ writableMs }) => writableMs),
  ),
  pods_running: spanFigures(losses.map(({ podsMs }) => podsMs)),
  pods_with_volume_and_lock_running: spanFigures(losses.map(({ volumePodsMs }) => volumePodsMs)),
  losses: losses.map(({ node, controlled, writableMs, podsMs, volumePodsMs }) => ({
    ...{ node, controlled, writable_ms: rounded(writableMs, 0) },
    ...{ pods_ms: rounded(podsMs, 0), volume_pods_ms: rounded(volumePodsMs, 0) },
  })),
});

export const failover = bench({
  name: 'failover',
  about: 'the loss of a node of two: until writes are acknowledged again, and until all its pods run on the other',
  options: {
    n: { default: 20, means: 'losses, of the node that controls and of the other in turn' },
    pods: { default: 4, means: 'pods of each workload, spread over both nodes' },
  },
  slow: true,
  measure: ({ n, pods }) =>
    withSite(['--nodes', '2'], async (site) => {
      const lab = new Lab(site);
      await importBusybox(site);
      await importPerl(site);
      const connection = connect(site.target, { connections: 1 });
      await podNamespace(connection, NAMESPACE);
      const probe = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'probe' } };
      await expectStatus(
        connection.request('POST', `/api/v1/namespaces/${NAMESPACE}/configmaps`, { body: probe }),
        201,
      );
      for (const body of [deployment, statefulSet]) {
        const of = WORKLOADS[body.metadata.name as App];
        await expectStatus(connection.request('POST', `/apis/apps/v1/namespaces/${NAMESPACE}/${of}`, { body }), 201);
      }
      connection.close();
      await lab.whole();
      const losses: Loss[] = [];
      for (let i = 0; i < n; i++) {
        await spread(site, pods);
        const controller = await lab.controller();
        const other = controller === 'node-a' ? 'node-b' : 'node-a';
        const node = i % 2 === 0 ? controller : other;
        const loss = await loseOnce(site, lab, node, pods);
        losses.push(loss);
        const role = loss.controlled ? 'which controlled' : 'which did not control';
        progress(
          `loss ${i + 1} of ${n} (${node}, ${role}): writable after ${rounded(loss.writableMs, 0)} ms, pods after ${rounded(loss.podsMs, 0)} ms, those with volumes after ${rounded(loss.volumePodsMs, 0)} ms`,
        );
        await lab.bringBack(node);
      }
      return { first_up_ms: rounded(site.firstUpMs, 0), ...figures(losses) };
    }),
});

if (import.meta.main) await benchMain(failover);
