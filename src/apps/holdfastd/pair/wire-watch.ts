// Whether the wire between the nodes carries anything: the other node is asked for a connection over it, again and again. That it refuses one
// is an answer too. What the other node's programs do does not matter here.
import { ownNode, type Pair, type Site, VOTER_PORTS } from '#model/site';
import { machineTime } from '#platform/clock';
import { portAnswers } from '#platform/net';

/** Milliseconds between two looks, and for an answer. Looks overlap: a packet that is lost is sent anew after a second only, and a wire
 * that comes and goes as often would be taken for one that is cut. */
const LOOK_MS = 250;
const ANSWER_MS = 1_000;

export class WireWatch {
  readonly #address: string | undefined;
  #cutMs: number | undefined;
  #answeredMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(of: { readonly site: Site; readonly pair: Pair }) {
    this.#address = of.pair.nodes.find(({ name }) => name !== ownNode(of.site))?.storage;
    void this.#look();
  }

  /** Boot time since when nothing has come; undefined while it carries. */
  get cutMs(): number | undefined {
    return this.#cutMs;
  }

  close(): void {
    this.#closed = true;
  }

  async #look(): Promise<void> {
    if (this.#closed || this.#address === undefined) return;
    setTimeout(() => void this.#look(), LOOK_MS).unref();
    const askedMs = machineTime.bootMs();
    if (await portAnswers({ host: this.#address, port: VOTER_PORTS.door }, ANSWER_MS)) {
      this.#answeredMs = machineTime.bootMs();
      this.#cutMs = undefined;
    } else if (askedMs > this.#answeredMs) this.#cutMs ??= askedMs;
  }
}
