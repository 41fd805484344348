// A pod on real containerd that asks the Kubernetes API all the while with the token that is projected into it, and a kubectl that never
// rests: what must go on whatever becomes of the link, the clock and the certificates.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pod } from '#model/kube';
import { writeImage } from './image.fixture.ts';
import { eventually, ran, type TestSite } from './site.fixture.ts';

export const POD = 'asks';
const IMAGE = 'test.example/asks:1';
const ASK_EVERY_MS = 300;

/** One question a connection; openssl checks the server by the machine's clock and the authority that is projected. */
const scriptOf = (pauseSeconds: number): string => `
trap exit TERM
at=/var/run/secrets/kubernetes.io/serviceaccount
api=$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT
ask() {
  { printf 'GET /api/v1/namespaces/default/pods/${POD} HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n' "$api"
    printf 'Authorization: Bearer %s\\r\\n\\r\\n' "$(/bin/busybox cat $at/token)"
  } | /bin/busybox timeout 60 /bin/openssl s_client -quiet -connect "$api" -CAfile $at/ca.crt \
    -verify_return_error -verify_ip "$KUBERNETES_SERVICE_HOST" 2> /tmp/why
}
while true; do
  n=$((n + 1))
  said=$(ask)
  case $said in
    "HTTP/1.1 200 "*) echo "answered $n" ;;
    *) echo failed $n $(/bin/busybox tail -n 3 /tmp/why) $said | /bin/busybox head -c 1000; echo ;;
  esac
  /bin/busybox sleep ${pauseSeconds}
done`;

/** A program of this machine, and the libraries that it needs. */
async function programFiles(file: string, as: string): Promise<{ path: string; content: Buffer; mode: number }[]> {
  const { code, stdout, stderr } = await ran('ldd', [file]);
  assert.equal(code, 0, stderr);
  const libraries = [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(/gm)].map(([, library]) => library ?? '');
  const at = [[file, as] as const, ...libraries.map((library) => [library, library.slice(1)] as const)];
  return at.map(([from, to]) => ({ path: to, content: fs.readFileSync(from), mode: 0o755 }));
}

/** An image with busybox and openssl, whose containers run until they are asked to end. */
export async function writeAskingImage(file: string, name: string): Promise<void> {
  const { code, stdout } = await ran('sh', ['-c', 'command -v openssl']);
  assert.equal(code, 0, 'openssl is needed: apt-get install openssl');
  await writeImage(file, {
    name,
    files: [
      { path: 'bin/busybox', content: fs.readFileSync('/bin/busybox'), mode: 0o755 },
      ...(await programFiles(stdout.trim(), 'bin/openssl')),
      { path: 'tmp/why', content: '' },
    ],
    config: {
      Env: ['PATH=/bin', 'OPENSSL_CONF=/dev/null'],
      Entrypoint: ['/bin/busybox', 'sh', '-c', 'trap exit TERM; /bin/busybox sleep 1000000 & wait'],
    },
  });
}

/** Its account may read pods; without that every answer would be a refusal. */
export function tokenPod(image: string, pauseSeconds = 0.5): object {
  const container = { name: 'main', image, command: ['/bin/busybox', 'sh', '-c', scriptOf(pauseSeconds)] };
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'asks', namespace: 'default' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: POD, namespace: 'default' },
        spec: { terminationGracePeriodSeconds: 1, containers: [container] },
      },
    ],
  };
}

export interface RunningPod {
  /** Fails when the pod is not the very one that was started, in the same container. */
  untouched(what: string): Promise<void>;
  /** Fails unless it has never been refused; waits for an answer that is newer than this question. */
  answered(what: string): Promise<void>;
}

/** Brings the pod to a site that runs, and waits until it has its first answer. */
export async function startTokenPod(site: TestSite): Promise<RunningPod> {
  const archive = path.join(path.dirname(site.data), 'asks.tar');
  await writeAskingImage(archive, IMAGE);
  const imported = await site.holdfast('image', 'import', archive);
  assert.equal(imported.code, 0, imported.stderr);
  const created = await site.kubectlRan(['create', '-f', '-'], { input: JSON.stringify(tokenPod(IMAGE)) });
  assert.equal(created.code, 0, created.stderr);
  await site.kubectl('wait', `pod/${POD}`, '--for=condition=Ready', '--timeout=90s');
  const seen = async (): Promise<unknown[]> => {
    const { metadata, status } = JSON.parse(await site.kubectl('get', 'pod', POD, '-o', 'json')) as Pod;
    const container = status?.containerStatuses?.[0];
    return [metadata?.uid, status?.phase, container?.containerID, container?.restartCount];
  };
  const lines = async (): Promise<string[]> => (await site.kubectl('logs', POD)).trim().split('\n');
  const answered: RunningPod['answered'] = async (what) => {
    const before = (await lines()).length;
    // Two more: the first of them may have been asked before this question.
    const said = await eventually(`${what}: the pod gets answers`, async () => {
      const now = await lines();
      assert.ok(now.length >= before + 2, `it said ${now.length} lines, the last: ${now.at(-1)}`);
      return now;
    });
    assert.deepEqual(
      said.filter((line) => !line.startsWith('answered ')),
      [],
      what,
    );
  };
  await answered('at first');
  const first = await seen();
  assert.deepEqual([first[1], first[3]], ['Running', 0]);
  return { answered, untouched: async (what) => assert.deepEqual(await seen(), first, what) };
}

/** A pod whose image containerd asks for anew at the registry, by TLS as it checks it itself. */
export async function startsAnother(site: TestSite, name: string): Promise<void> {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', image: IMAGE, imagePullPolicy: 'Always' }] },
  };
  const { code, stderr } = await site.kubectlRan(['create', '-f', '-'], { input: JSON.stringify(pod) });
  assert.equal(code, 0, stderr);
  await site.kubectl('wait', `pod/${name}`, '--for=condition=Ready', '--timeout=90s');
}

/** Real kubectl calls, one after the other. `stop` answers what failed, and how many there were. */
export function restlessKubectl(site: TestSite): { stop(): Promise<{ calls: number; failures: string[] }> } {
  const failures: string[] = [];
  let calls = 0;
  let isStopped = false;
  const reads = ['get', 'pod', POD, '-o', 'name'];
  const writes = ['create', 'configmap', 'never', '--dry-run=server', '-o', 'name'];
  const calling = (async () => {
    for (; !isStopped; calls++) {
      const args = calls % 2 === 0 ? reads : writes;
      const { code, stderr } = await site.kubectlRan(args);
      if (code !== 0) failures.push(`${new Date().toISOString()} ${args[0]}: ${stderr}`);
      await pause(ASK_EVERY_MS);
    }
  })();
  return {
    stop: async () => {
      isStopped = true;
      await calling;
      return { calls, failures };
    },
  };
}
