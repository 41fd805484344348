// Those who use a simulated pair: people who read and write through whichever API serves, and people who watch, and go on watching from
// the last change that they saw when they have to ask another API, or the same one anew.
import type { StandbyStore, WatchResult } from '#store';
import type { Kube } from './kube.ts';
import type { Pair } from './pair.ts';
import { pick, type Request } from './world.ts';

const KEYS = ['x', 'y', 'z'].map((name) => `/core/configmaps/default/${name}`);
export const COUNTER = '/core/configmaps/default/counter';
const PREFIX = '/core/configmaps/';
const WATCHERS = 2;
const ASKERS = 3;
const PAUSE_MS_MAX = 400;
const WATCH_AGAIN_MS = 150;
/** An answer that does not come is not waited for. */
const PATIENCE_MS = 3_000;

export class People {
  readonly #pair: Pair;
  #requests = 0;
  answered = 0;

  constructor(pair: Pair) {
    this.#pair = pair;
    for (let asker = 0; asker < ASKERS; asker++) this.#ask();
    for (let watcher = 0; watcher < WATCHERS; watcher++) this.#watch(`watcher-${watcher}`, undefined);
    // Whoever watches a standby keeps watching when it is promoted.
    for (const { kube, name } of pair.nodes) this.#watchStandby(kube, name);
  }

  #ask(): void {
    const { random, timeline, nodes } = this.#pair;
    const { kube, name } = pick(random, nodes);
    const again = (): void => void timeline.after(random.next() * PAUSE_MS_MAX, () => this.#ask());
    if (!kube.serves) {
      again();
      return;
    }
    const request = this.#request();
    this.#pair.see({ kind: 'asked', request });
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      again();
    };
    timeline.after(PATIENCE_MS, end);
    timeline.after(this.#pair.network.delayMs(), () =>
      kube.ask(request, (answer) => {
        timeline.after(this.#pair.network.delayMs(), () => {
          this.answered++;
          this.#pair.see({ kind: 'answered', request, by: name, answer });
          end();
        });
      }),
    );
  }

  #request(): Request {
    const { random } = this.#pair;
    const id = ++this.#requests;
    const roll = random.next();
    if (roll < 0.1) return { id, kind: 'count', key: COUNTER, value: '' };
    const kind = roll < 0.5 ? 'read' : roll < 0.9 ? 'write' : 'delete';
    return { id, kind, key: pick(random, KEYS), value: `value-${id}` };
  }

  #watch(watcher: string, after: number | undefined): void {
    const { random, timeline, nodes } = this.#pair;
    const again = (from: number | undefined): void =>
      void timeline.after(random.next() * WATCH_AGAIN_MS, () => this.#watch(watcher, from));
    const { kube } = pick(random, nodes);
    if (!kube.serves || !kube.store) {
      again(after);
      return;
    }
    const { process, store } = kube;
    let last: number | undefined = after ?? this.#list(watcher, store);
    const watching = this.#open(store, watcher, {
      after: last,
      seen: (revision) => {
        last = revision;
      },
    });
    if (watching.kind === 'expired') {
      again(undefined);
      return;
    }
    const look = (): void => {
      // The connection ends with the process, and now and then by itself.
      if (process.alive && last !== undefined && random.next() > 0.02) {
        timeline.after(WATCH_AGAIN_MS, look);
        return;
      }
      watching.close();
      again(last);
    };
    look();
  }

  #list(watcher: string, { revision }: StandbyStore<undefined>): number {
    this.#pair.see({ kind: 'listed', watcher, revision });
    return revision;
  }

  /** `seen`: up to where; undefined: it was left behind, and must list anew. */
  #open(
    store: StandbyStore<undefined>,
    watcher: string,
    { after, seen }: { readonly after: number; seen(revision: number | undefined): void },
  ): WatchResult {
    return store.watch(
      { prefix: PREFIX, after },
      {
        event: ({ type, entry }) => {
          seen(entry.revision);
          const text = `${type} ${entry.key} ${Buffer.from(entry.bytes)}`;
          this.#pair.see({ kind: 'watched', watcher, revision: entry.revision, text });
        },
        lost: () => seen(undefined),
      },
    );
  }

  #watchStandby(kube: Kube, name: string): void {
    let lives = 0;
    kube.followed = (store) => {
      const watcher = `standby of ${name}, ${++lives}`;
      const open = (): void => {
        const after = this.#list(watcher, store);
        this.#open(store, watcher, {
          after,
          seen: (revision) => {
            if (revision === undefined) open();
          },
        });
      };
      open();
    };
  }
}
