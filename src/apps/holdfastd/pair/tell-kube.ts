// holdfastd's word with the kube of its node: until when it may serve, and what it says of itself. One question at a time; while none is
// answered, what was said last stands, and when nobody answers, nothing serves.
import type { KubeOrder, KubeSaid, SiteFolders } from '#model/site';
import { callLines } from '#platform/socket';

const NOTHING: KubeSaid = { serving: false, followed: false };

export class KubeWord {
  readonly #socket: string;
  #said: KubeSaid = NOTHING;
  #busy = false;

  constructor({ kubeSocket }: SiteFolders) {
    this.#socket = kubeSocket;
  }

  get said(): KubeSaid {
    return this.#said;
  }

  tell(order: KubeOrder): void {
    if (this.#busy) return;
    this.#busy = true;
    this.#ask(order)
      .then(
        (said) => {
          this.#said = said;
        },
        () => {
          this.#said = NOTHING;
        },
      )
      .finally(() => {
        this.#busy = false;
      });
  }

  /** What it says, without telling it anything. */
  look(): Promise<KubeSaid> {
    return this.#ask({ kind: 'look' }).catch(() => NOTHING);
  }

  async #ask(order: KubeOrder): Promise<KubeSaid> {
    for await (const answer of callLines(this.#socket, order)) return answer as KubeSaid;
    return NOTHING;
  }
}
