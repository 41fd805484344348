// True time of a simulated pair: what is to happen, in order. Whoever acts may leave promises behind; they are settled before anything
// else happens, so that a life depends on its seed alone.

interface Planned {
  readonly atMs: number;
  readonly serial: number;
  act: (() => void) | undefined;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Timeline {
  nowMs = 0;
  /** What happened, in all. */
  steps = 0;
  #serial = 0;
  #touched = false;
  /** A binary heap, the next first. */
  readonly #heap: Planned[] = [];

  after(ms: number, act: () => void): { cancel(): void } {
    const planned: Planned = { atMs: this.nowMs + Math.max(0, ms), serial: ++this.#serial, act };
    this.#push(planned);
    return {
      cancel: () => {
        planned.act = undefined;
      },
    };
  }

  /** Code that may have left promises behind was called. */
  touch(): void {
    this.#touched = true;
  }

  /** Calls `seen` after each thing that happened; ends early when it answers false. */
  async runUntil(endMs: number, seen: () => boolean): Promise<void> {
    if (this.#touched) await this.#settle();
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= endMs; next = this.#heap[0]) {
      this.#pop();
      if (next.act === undefined) continue;
      this.nowMs = next.atMs;
      this.steps++;
      next.act();
      if (this.#touched) await this.#settle();
      if (!seen()) return;
    }
    this.nowMs = endMs;
  }

  async #settle(): Promise<void> {
    this.#touched = false;
    await settled();
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let at = heap.push(planned) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = heap[above] as Planned;
      if (isBefore(other, planned)) break;
      heap[at] = other;
      at = above;
    }
    heap[at] = planned;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop() as Planned;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, heap[below] as Planned)) below++;
      const other = heap[below] as Planned;
      if (isBefore(last, other)) break;
      heap[at] = other;
      at = below;
    }
    heap[at] = last;
  }
}

const isBefore = (one: Planned, other: Planned): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.serial < other.serial);
