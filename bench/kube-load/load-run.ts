// What the phases of the load share: the target, the sizes, namespaces of their own, and where figures go.
import { progress } from '../harness/bench.ts';
import { type Connection, connect, expectStatus, type Protocol } from '../harness/connection.ts';
import type { Target } from '../harness/kubeconfig.ts';

export interface LoadSizes {
  readonly n: number;
  readonly conc: number;
  readonly total: number;
  readonly list: number;
  readonly watchers: number;
  readonly events: number;
  readonly pods: number;
  readonly nodes: number;
}

export interface LoadRun {
  readonly target: Target;
  readonly protocol: Protocol;
  readonly sizes: LoadSizes;
  /** One connection, for everything that is not concurrent. */
  readonly connection: Connection;
  /** Unique to this run, fit for names and labels. */
  readonly id: string;
  /** Makes a namespace, which goes when the run ends. */
  namespace(suffix: string): Promise<string>;
  figure(name: string, value: unknown): void;
}

export const configMapsPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`;

export const configMap = (name: string): unknown => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { app: 'bench' } },
  data: { k: 'v'.repeat(256), i: name },
});

/** Runs `phases`, and removes the namespaces that they made whether they succeed or not. */
export async function withLoadRun(
  of: { target: Target; protocol: Protocol; sizes: LoadSizes },
  phases: (run: LoadRun) => Promise<void>,
): Promise<Record<string, unknown>> {
  const figures: Record<string, unknown> = {};
  const connection = connect(of.target, { connections: 1, protocol: of.protocol });
  const id = `b${Date.now().toString(36)}`;
  const made: string[] = [];
  const namespace = async (suffix: string): Promise<string> => {
    const name = `bench-${id}-${suffix}`;
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await expectStatus(connection.request('POST', '/api/v1/namespaces', { body }), 201);
    made.push(name);
    return name;
  };
  const figure = (name: string, value: unknown): void => {
    figures[name] = value;
    progress(`${name} ${JSON.stringify(value)}`);
  };
  try {
    await phases({ ...of, connection, id, namespace, figure });
    return figures;
  } finally {
    for (const name of made)
      await connection
        .request('DELETE', `/api/v1/namespaces/${name}`)
        .catch((error: unknown) => progress(`namespace ${name} stays: ${String(error)}`));
    connection.close();
  }
}
