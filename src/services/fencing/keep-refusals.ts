// Keeps fenced nodes refused: what is to be so stands in a file before the kernel has it, and is in force again before a voter that
// starts anew does anything else. So whoever acknowledged a fence once goes on carrying it out.
import { WorldError } from '#base';
import { readJsonIfPresent, writeFileAtomic } from '#platform/disk';
import type { Log } from '#platform/log';
import type { Nft } from '#platform/nft';
import { type RefusalFacts, refusalRules } from './refusals.plan.ts';

export interface RefusalsOptions {
  /** Below the state, which outlives a reboot. */
  readonly file: string;
  /** As they are now; asked whenever somebody is to be refused. */
  facts(): RefusalFacts;
  /** Of the network namespace with the devices. */
  readonly nft: Nft;
  readonly log: Log;
}

export interface Refusals {
  readonly refused: readonly string[];
  /** Refuses these nodes and no others. Resolves when it is so, and costs nothing when it is so already.
   * Errors: WorldError `NotFound` for a node that has no place, `Invalid` when the kernel does not take the rules, `Exhausted`. */
  refuse(nodes: readonly string[]): Promise<void>;
  /** Sets the rules anew: a device that came back has none. */
  renew(): Promise<void>;
}

interface RefusedRecord {
  readonly refused: readonly string[];
}

/** Refuses whom an earlier life refused, and then resolves. Errors: as `refuse`; nothing else may begin then. */
export async function keepRefusals(of: RefusalsOptions): Promise<Refusals> {
  const keeper = new RefusalKeeper(of);
  await keeper.renew();
  return keeper;
}

class RefusalKeeper implements Refusals {
  readonly #of: RefusalsOptions;
  #refused: readonly string[];
  /** The record was lost: everybody is refused, but for votes, until the first order. */
  #isLost = false;
  /** The rules that are in force. */
  #applied: string | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(of: RefusalsOptions) {
    this.#of = of;
    this.#refused = this.#recorded();
  }

  get refused(): readonly string[] {
    return this.#refused;
  }

  refuse(nodes: readonly string[]): Promise<void> {
    return this.#afterTheLast(async () => {
      const wanted = [...new Set(nodes)].sort();
      const script = refusalRules(this.#of.facts(), wanted);
      if (this.#isLost || wanted.join() !== this.#refused.join()) {
        writeFileAtomic(this.#of.file, JSON.stringify({ refused: wanted } satisfies RefusedRecord));
        this.#refused = wanted;
        this.#isLost = false;
      }
      await this.#apply(script);
    });
  }

  renew(): Promise<void> {
    return this.#afterTheLast(() => {
      this.#applied = undefined;
      return this.#apply(refusalRules(this.#of.facts(), this.#refused, { votes: this.#isLost }));
    });
  }

  async #apply(script: string): Promise<void> {
    if (script === this.#applied) return;
    this.#applied = undefined;
    await this.#of.nft.apply(script);
    this.#applied = script;
    this.#of.log.info('traffic of fenced nodes is refused', { nodes: this.#refused });
  }

  #afterTheLast(act: () => Promise<void>): Promise<void> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Whom an earlier life refused. A record that cannot be read may have named anybody. */
  #recorded(): readonly string[] {
    const { file, log } = this.#of;
    const known = Object.keys(this.#of.facts().nodes).sort();
    const names = readRecord(file);
    if (names === 'lost') {
      log.error('it is not known who was refused: everybody is, until it is', { file, nodes: known });
      this.#isLost = true;
      return known;
    }
    for (const name of names.filter((one) => !known.includes(one)))
      log.warn('a node that was refused is none of the site any more', { node: name });
    return names.filter((name) => known.includes(name));
  }
}

function readRecord(file: string): readonly string[] | 'lost' {
  try {
    const record = readJsonIfPresent<Partial<RefusedRecord> | null>(file);
    if (record === undefined) return [];
    return Array.isArray(record?.refused) ? record.refused : 'lost';
  } catch (error) {
    if (error instanceof WorldError && error.code === 'Corrupt') return 'lost';
    throw error;
  }
}
