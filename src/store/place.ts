// Places where a store's log can stand, and which of two it stands in after a move, whatever the move has come to.
import { WorldError } from '#base';
import type { LogPlace } from './contract.ts';
import type { LogMark } from './core/log-mark.ts';
import type { PlacedLog } from './core/log-move.ts';
import type { StoreLog } from './core/store-log.ts';

/** A place that stores of this room can open. */
export class Place implements LogPlace {
  readonly name: string;
  readonly #open: () => StoreLog;
  readonly #needsClaim: boolean;

  /** `needsClaim`: its log can be read by its owner alone. */
  constructor(name: string, open: () => StoreLog, { needsClaim }: { needsClaim: boolean }) {
    this.name = name;
    this.#open = open;
    this.#needsClaim = needsClaim;
  }

  open(): PlacedLog {
    return { log: this.#open(), place: this.name };
  }

  async mark(): Promise<LogMark | undefined> {
    const log = this.#open();
    try {
      if (this.#needsClaim) await log.claim();
      return await log.marking?.read();
    } finally {
      await log.close();
    }
  }
}

/** The log of a place. WorldError `Unsupported`: it is none of this room's. */
export function openedPlace(place: LogPlace): PlacedLog {
  if (place instanceof Place) return place.open();
  throw new WorldError('Unsupported', `${place.name} is no place for a store`);
}

export interface Located {
  readonly place: 'here' | 'there';
  /** To be given to whoever opens it: the move into it is decided and was not finished. */
  readonly finishes?: string;
}

/**
 * Which of two logs is the store. `here` is where it was when nothing is known of a move, and is asked first; `there` is asked only when
 * that is needed, and then must answer. While nobody has the store open.
 */
export async function locateStore(here: LogPlace, there: LogPlace): Promise<Located> {
  const mark = await markAt(here);
  if (mark?.kind === 'moved') return { place: 'there', finishes: mark.move };
  if (mark?.kind !== 'filling') return { place: 'here' };
  const other = await markAt(there);
  const isDecided = other?.kind === 'moved' && other.move === mark.move;
  return isDecided ? { place: 'here', finishes: mark.move } : { place: 'there' };
}

async function markAt(place: LogPlace): Promise<LogMark | undefined> {
  return place instanceof Place ? place.mark() : undefined;
}
