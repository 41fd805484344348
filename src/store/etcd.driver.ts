// A store on several nodes: its log stands in etcd, one key a record, under `<prefix>/log/<revision>`.
// Two guards stand in every transaction. The leadership key must hold what this node put there. And `<prefix>/writer` must
// hold the mark of this claim: claiming anew changes the mark, so that nothing sent before can still take effect after
// the log was read. That is what makes a lost answer decidable.
import { WorldError } from '#base';
import { connectEtcd, type EtcdOptions } from '#platform/etcd';
import type { LogPlace, Store, StoreOptions } from './contract.ts';
import { StoreEngine } from './core/engine.ts';
import { notTheStore } from './core/log-mark.ts';
import { MovableLog } from './core/movable-log.ts';
import type { StoreLog } from './core/store-log.ts';
import { EtcdLog, type EtcdLogOptions } from './etcd.log.ts';
import { openedPlace, Place } from './place.ts';
import { sealedEntries, sealedLog } from './sealed.log.ts';
import type { Sealing } from './sealed.record.ts';
import { writeSnapshot } from './snapshot.ts';

export interface EtcdStoreOptions<I> extends StoreOptions<I>, EtcdOptions, Omit<EtcdLogOptions, 'identity'> {
  /** Differs between processes and between starts of one. */
  readonly identity: string;
  /** What is secret stands in etcd, and in snapshots, only sealed. */
  readonly sealing?: Sealing;
  /** A move into this store that was decided and not finished ({@link locateStore}). */
  readonly finishes?: string;
}

/** A store that stands by: it answers reads and watches behind the writer, until it is promoted. */
export interface StandbyStore<I> extends Store<I> {
  /** Takes writing over. Watches stay and miss nothing. WorldError `Unavailable`: the leadership is not ours. */
  promote(): Promise<void>;
}

type PlaceOptions = Omit<EtcdStoreOptions<unknown>, 'index' | 'finishes'>;

/** The place of a store in etcd. */
export function etcdPlace(options: PlaceOptions): LogPlace {
  return placeOf(options);
}

function placeOf(options: PlaceOptions): Place {
  const open = (): StoreLog => {
    const log = new EtcdLog(connectEtcd(options), {
      ...options,
      disk: (full) => options.notice?.({ kind: full ? 'disk-full' : 'disk-room' }),
    });
    return sealedLog(log, options.sealing);
  };
  return new Place(`etcd, under ${options.prefix}`, open, { needsClaim: false });
}

function engineOn<I>(options: EtcdStoreOptions<I>): StoreEngine<I> {
  const log = new MovableLog(placeOf(options).open(), { finishes: options.finishes, clock: options.clock });
  return new StoreEngine<I>(log, {
    ...options,
    moveTo: (place) => log.moveTo(openedPlace(place)),
    snapshot: (file, entries, revision) => writeSnapshot(file, sealedEntries(options.sealing, entries), revision),
  });
}

/**
 * Claims the log and opens it for writing. WorldError `Unavailable`: etcd has no majority, or the leadership is not ours; `Conflict`: the
 * store has moved elsewhere.
 */
export async function openEtcdStore<I>(options: EtcdStoreOptions<I>): Promise<Store<I>> {
  const engine = engineOn(options);
  return started(engine, () => engine.start());
}

/** Follows the log of whoever writes, history included. Errors: as {@link openEtcdStore}; `Unavailable` also while the store moves here. */
export async function followEtcdStore<I>(options: EtcdStoreOptions<I>): Promise<StandbyStore<I>> {
  const engine = engineOn(options);
  return started(engine, async () => {
    const place = placeOf(options);
    const mark = await place.mark();
    if (mark?.kind === 'moved') throw notTheStore(mark, place.name);
    if (mark?.kind === 'filling') throw new WorldError('Unavailable', `the store is moving to ${place.name}`);
    await engine.follow();
  });
}

async function started<I>(engine: StoreEngine<I>, start: () => Promise<void>): Promise<StoreEngine<I>> {
  try {
    await start();
    return engine;
  } catch (error) {
    await engine.close();
    if (error instanceof WorldError) throw error;
    throw new WorldError('Unavailable', 'the store in etcd cannot be opened', {
      attempted: 'open the store',
      cause: error,
    });
  }
}
