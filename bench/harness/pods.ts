// Pods of the measurements, made and followed through the API alone.
import { waitUntil } from './bench.ts';
import { type Connection, expectStatus } from './connection.ts';
import { BUSYBOX_IMAGE } from './images.ts';
import type { Target } from './kubeconfig.ts';
import { openWatch, type SeenObject } from './watch-stream.ts';

export interface PodFollower {
  /** Resolves with the moment at which a pod was first seen so. Errors: not within `timeoutMs`. */
  seen(name: string, what: PodMoment): Promise<number>;
  close(): void;
}

export type PodMoment = 'bound' | 'running' | 'gone';

const SEEN_TIMEOUT_MS = 60_000;
const ACCOUNT_TIMEOUT_MS = 10_000;

export const podsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`;

/** A command that ends as soon as it is told to. */
export const IDLE_COMMAND = ['sh', '-c', 'trap "exit 0" TERM; /bin/busybox sleep 86400 & wait'];

/** A pod that runs a command of busybox; it asks for nothing and has no limits. */
export const busyboxPod = (name: string, command: readonly string[]): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    containers: [
      { name: 'c', image: BUSYBOX_IMAGE, imagePullPolicy: 'IfNotPresent', command: ['/bin/busybox', ...command] },
    ],
  },
});

/** Makes a namespace and waits until pods can be made in it. */
export async function podNamespace(connection: Connection, name: string): Promise<string> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  await expectStatus(connection.request('POST', '/api/v1/namespaces', { body }), 201);
  const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
  await waitUntil(
    'the default service account',
    async () => (await connection.request('GET', account)).status === 200,
    { timeoutMs: ACCOUNT_TIMEOUT_MS },
  );
  return name;
}

/** Follows every pod of a namespace by one watch. */
export async function followPods(target: Target, namespace: string): Promise<PodFollower> {
  const moments = new Map<string, number>();
  let waiting: (() => void)[] = [];
  const note = (what: PodMoment, { metadata }: SeenObject, atMs: number): void => {
    const key = `${metadata.name} ${what}`;
    if (!moments.has(key)) moments.set(key, atMs);
  };
  const event = (type: string, pod: SeenObject, atMs: number): void => {
    if (pod.spec?.nodeName) note('bound', pod, atMs);
    if (pod.status?.phase === 'Running') note('running', pod, atMs);
    if (type === 'DELETED') note('gone', pod, atMs);
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const stream = await openWatch(target, `${podsPath(namespace)}?watch=1&timeoutSeconds=3600`, { event });
  return {
    close: stream.close,
    seen: async (name, what) => {
      const deadlineMs = performance.now() + SEEN_TIMEOUT_MS;
      for (;;) {
        const atMs = moments.get(`${name} ${what}`);
        if (atMs !== undefined) return atMs;
        const leftMs = deadlineMs - performance.now();
        if (leftMs <= 0) throw new Error(`pod ${name} was not seen ${what} within ${SEEN_TIMEOUT_MS} ms`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, leftMs);
          waiting.push(() => {
            clearTimeout(timer);
            resolve();
          });
        });
      }
    },
  };
}
