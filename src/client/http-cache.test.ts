// How a cache over HTTP survives what a server and a network do to it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WorldError } from '#base';
import type { KubeObject } from '#model/kube';
import { fakeClock } from '#platform/clock';
import { memoryLog } from '#platform/log';
import { ApiError, type CacheChange, type WatchEvent } from './contract.ts';
import { type CacheSource, HttpCache } from './http-cache.ts';

const object = (name: string, resourceVersion: string): KubeObject => ({ metadata: { name, resourceVersion } });
const down = (): WorldError => new WorldError('Unavailable', 'down');

interface OpenedWatch {
  readonly from: string;
  onEvent(event: WatchEvent<KubeObject>): void;
  onEnd(error?: ApiError): void;
}

/** A server whose answers the test decides. */
function source(): CacheSource & { pages: (() => readonly KubeObject[])[]; lists: number; watches: OpenedWatch[] } {
  const self = {
    what: 'test',
    pages: [] as (() => readonly KubeObject[])[],
    lists: 0,
    watches: [] as OpenedWatch[],
    async list() {
      self.lists++;
      const items = (self.pages.shift() ?? down)() as readonly KubeObject[];
      return { items, resourceVersion: '10' };
    },
    watch: ({ resourceVersion, onEvent, onEnd }: Parameters<CacheSource['watch']>[0]) => {
      self.watches.push({ from: resourceVersion, onEvent, onEnd });
      return { close: () => undefined };
    },
  };
  return self;
}

const failing = (): never => {
  throw down();
};

describe('http cache', () => {
  const start = async (pages: (() => readonly KubeObject[])[]) => {
    const clock = fakeClock();
    const server = source();
    server.pages = pages;
    const cache = new HttpCache(server, { clock, log: memoryLog() });
    const changes: string[] = [];
    cache.onChange(
      ({ type, object: changed }: CacheChange<KubeObject>) => void changes.push(`${type} ${changed.metadata?.name}`),
    );
    await clock.advance(0);
    return { clock, server, cache, changes };
  };

  it('lists again until the server is there, and only then is synced', async () => {
    const { clock, server, cache, changes } = await start([failing, failing, () => [object('a', '1')]]);
    assert.equal(cache.isSynced, false);
    await clock.advance(60_000);
    assert.deepEqual([cache.isSynced, server.lists, changes], [true, 3, ['added a']]);
    cache.close();
  });

  it('goes on from the last revision seen when a watch ends', async () => {
    const { clock, server, cache } = await start([() => [object('a', '1')]]);
    server.watches[0]?.onEvent({ type: 'MODIFIED', object: object('a', '12') });
    server.watches[0]?.onEvent({ type: 'BOOKMARK', object: object('', '15') });
    server.watches[0]?.onEnd();
    await clock.advance(1_000);
    assert.deepEqual([server.watches[0]?.from, server.watches[1]?.from, server.lists], ['10', '15', 1]);
    cache.close();
  });

  it('tells the difference after it had to list again', async () => {
    const pages = [
      () => [object('gone', '1'), object('kept', '2'), object('changed', '3')],
      () => [object('kept', '2'), object('changed', '9'), object('new', '8')],
    ];
    const { clock, server, cache, changes } = await start(pages);
    changes.length = 0;
    server.watches[0]?.onEnd(new ApiError(410, 'Expired', 'too old'));
    await clock.advance(1_000);
    assert.deepEqual(changes.sort(), ['added new', 'deleted gone', 'modified changed']);
    assert.equal(cache.get({ name: 'gone' }), undefined);
    cache.close();
  });

  it('keeps what it has while the server is away', async () => {
    const { clock, server, cache } = await start([() => [object('a', '1')]]);
    server.watches[0]?.onEnd(new ApiError(503, 'ServiceUnavailable', 'down'));
    await clock.advance(60_000);
    assert.ok(cache.get({ name: 'a' }));
    assert.equal(server.watches.length, 2);
    cache.close();
  });

  it('asks nothing more once it is closed', async () => {
    const { clock, server, cache } = await start([failing]);
    cache.close();
    await clock.advance(60_000);
    assert.equal(server.lists, 1);
  });
});
