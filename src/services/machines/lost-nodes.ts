// Which nodes are lost, as whoever controls says, for controllers to watch.
import type { CacheChange, ObjectCache } from '#client';
import type { KubeObject } from '#model/kube';

export class LostNodes {
  #names: readonly string[] = [];
  readonly #listeners = new Set<(change: CacheChange<KubeObject>) => void>();

  has(node: string): boolean {
    return this.#names.includes(node);
  }

  set(names: readonly string[]): void {
    if (names.join() === this.#names.join()) return;
    const changed = [...names, ...this.#names];
    this.#names = names;
    for (const name of new Set(changed))
      for (const listener of this.#listeners) listener({ type: 'modified', object: { metadata: { name } } });
  }

  /** One object a lost node. */
  get cache(): ObjectCache<KubeObject> {
    const all = (): KubeObject[] => this.#names.map((name) => ({ metadata: { name } }));
    return {
      synced: Promise.resolve(),
      isSynced: true,
      get: ({ name }) => all().find(({ metadata }) => metadata?.name === name),
      list: all,
      onChange: (listener) => {
        this.#listeners.add(listener);
        for (const object of all()) listener({ type: 'added', object });
        return { close: () => void this.#listeners.delete(listener) };
      },
      close: () => this.#listeners.clear(),
    };
  }
}
