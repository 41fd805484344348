// Nodes without a node agent behind them, for the scheduler to place pods on.
import { waitUntil } from '../harness/bench.ts';
import { expectJson, expectStatus } from '../harness/connection.ts';
import type { LoadRun } from './load-run.ts';

const ROOM = { cpu: '64', memory: '256Gi', pods: '500' };
const UNTAINTED_TIMEOUT_MS = 12_000;

interface NodeList {
  readonly items: readonly { readonly spec?: { readonly taints?: readonly unknown[] } }[];
}

export const fakeNodeSelector = (run: LoadRun): Record<string, string> => ({ fake: run.id });

/** Makes them ready, and waits until their first taints are gone. Gives their names. */
export async function makeFakeNodes(run: LoadRun): Promise<string[]> {
  const { connection, id, sizes } = run;
  const names = Array.from({ length: sizes.nodes }, (_, index) => `fake-${id}-${index}`);
  for (const name of names) {
    const labels = { fake: id, 'kubernetes.io/hostname': name };
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } };
    await expectStatus(connection.request('POST', '/api/v1/nodes', { body: node }), 201);
    const now = new Date().toISOString().replace(/\.\d+/, '');
    const ready = { type: 'Ready', status: 'True', reason: 'Fake', lastHeartbeatTime: now, lastTransitionTime: now };
    const body = { status: { capacity: ROOM, allocatable: ROOM, conditions: [ready] } };
    const contentType = 'application/merge-patch+json';
    await expectStatus(connection.request('PATCH', `/api/v1/nodes/${name}/status`, { body, contentType }), 200);
  }
  const ours = `/api/v1/nodes?labelSelector=${encodeURIComponent(`fake=${id}`)}`;
  await waitUntil(
    'the fake nodes to lose their taints',
    async () => {
      const { items } = await expectJson<NodeList>(connection.request('GET', ours), 200);
      return items.every((node) => (node.spec?.taints ?? []).length === 0);
    },
    { timeoutMs: UNTAINTED_TIMEOUT_MS, pollMs: 200 },
  );
  return names;
}

export async function removeFakeNodes(run: LoadRun, names: readonly string[]): Promise<void> {
  for (const name of names) await run.connection.request('DELETE', `/api/v1/nodes/${name}`);
}
