// Creates and gets over many connections at once, and the lists of what that made.
import { expectJson, expectStatus } from '../harness/connection.ts';
import { pooled } from '../harness/pool.ts';
import { rounded, spanFigures, timed } from '../harness/statistics.ts';
import { configMap, configMapsPath, type LoadRun } from './load-run.ts';

const GETS = 5000;
const LISTS = 5;
const PAGE_ITEMS = 500;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

const nameOf = (index: number): string => `o-${String(index).padStart(6, '0')}`;

/** Fills a namespace from many connections, then reads its objects one by one. Gives the namespace. */
export async function concurrentPhase(run: LoadRun): Promise<string> {
  const { conc, total, list } = run.sizes;
  const namespace = await run.namespace('conc');
  const collection = configMapsPath(namespace);
  const objects = Math.max(total, list);
  const settings = { concurrency: conc, protocol: run.protocol };
  const creates = await pooled(run.target, { ...settings, jobs: objects }, (connection, index) =>
    expectStatus(connection.request('POST', collection, { body: configMap(nameOf(index)) }), 201),
  );
  run.figure('create_concurrent', { conc, ...creates });
  const gets = await pooled(run.target, { ...settings, jobs: GETS }, (connection, index) =>
    expectStatus(connection.request('GET', `${collection}/${nameOf(index % objects)}`), 200),
  );
  run.figure('get_concurrent', { conc, ...gets });
  return namespace;
}

/** Every object of the namespace in one answer, from the cache, in pages, and as a table. */
export async function listPhase(run: LoadRun, namespace: string): Promise<void> {
  const { connection } = run;
  const collection = configMapsPath(namespace);
  const all = (query = '', accept?: string) =>
    expectStatus(connection.request('GET', collection + query, { accept }), 200);
  const spans = { full: [] as number[], rv0: [] as number[], paged: [] as number[], table: [] as number[] };
  let bytes = 0;
  let items = 0;
  const pages = async (): Promise<void> => {
    let token: string | undefined = '';
    while (token !== undefined) {
      const query: string = `?limit=${PAGE_ITEMS}${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`;
      const page = await expectJson<{ metadata: { continue?: string } }>(
        connection.request('GET', collection + query),
        200,
      );
      token = page.metadata.continue || undefined;
    }
  };
  for (let round = 0; round < LISTS; round++) {
    const { body } = await timed(spans.full, () => all());
    bytes = body.length;
    items = (JSON.parse(body.toString()) as { items: unknown[] }).items.length;
    await timed(spans.rv0, () => all('?resourceVersion=0'));
    await timed(spans.paged, pages);
  }
  const table = await timed(spans.table, () => all('', TABLE));
  run.figure('list', {
    items,
    bytes,
    full_ms: spanFigures(spans.full),
    rv0_ms: spanFigures(spans.rv0),
    paged500_ms: spanFigures(spans.paged),
    table_ms: rounded(spans.table[0] ?? 0, 1),
    table_bytes: table.body.length,
  });
}
