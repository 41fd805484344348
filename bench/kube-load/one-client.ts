// Create, get, patch and delete one after the other on one connection: what a single client feels.
import { type Connection, expectStatus } from '../harness/connection.ts';
import { spanFigures, timed } from '../harness/statistics.ts';
import { configMap, configMapsPath, type LoadRun } from './load-run.ts';

const WARMING_CREATES = 20;
const MERGE_PATCH = 'application/merge-patch+json';

export interface OneClientSpans {
  readonly create: number[];
  readonly get: number[];
  readonly mergepatch: number[];
  readonly delete: number[];
}

/** Spans in milliseconds of `n` requests of each verb, verb by verb. */
export async function oneClientSpans(connection: Connection, namespace: string, n: number): Promise<OneClientSpans> {
  const collection = configMapsPath(namespace);
  const create = (name: string) => expectStatus(connection.request('POST', collection, { body: configMap(name) }), 201);
  for (let i = 0; i < WARMING_CREATES; i++) await create(`warm-${i}`);
  const series = async (act: (name: string) => Promise<unknown>): Promise<number[]> => {
    const spans: number[] = [];
    for (let i = 0; i < n; i++) await timed(spans, () => act(`c-${i}`));
    return spans;
  };
  const patch = { body: { data: { z: 'y' } }, contentType: MERGE_PATCH };
  const spans = {
    create: await series(create),
    get: await series((name) => expectStatus(connection.request('GET', `${collection}/${name}`), 200)),
    mergepatch: await series((name) => expectStatus(connection.request('PATCH', `${collection}/${name}`, patch), 200)),
    delete: await series((name) => expectStatus(connection.request('DELETE', `${collection}/${name}`), 200)),
  };
  for (let i = 0; i < WARMING_CREATES; i++)
    await expectStatus(connection.request('DELETE', `${collection}/warm-${i}`), 200);
  return spans;
}

export async function oneClientPhase(run: LoadRun): Promise<void> {
  const namespace = await run.namespace('create');
  const spans = await oneClientSpans(run.connection, namespace, run.sizes.n);
  for (const [verb, series] of Object.entries(spans)) run.figure(`${verb}_1client`, spanFigures(series));
}
