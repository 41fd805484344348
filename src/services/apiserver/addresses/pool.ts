// A pool of numbers of which each is held by at most one holder. What is held for good is told by the store; what a write
// under way has set aside is held besides.

export interface Pool {
  readonly size: number;
  readonly used: number;
  has(number: number): boolean;
  /** Who holds it, if anybody. */
  holder(number: number): string | undefined;
  /** Sets a number aside. False when somebody else has it. */
  take(number: number, holder: string): boolean;
  /** Sets a free number aside: from `preferFrom` on when there is one, else from the start. Undefined when all are held. */
  takeFree(holder: string, preferFrom?: number): number | undefined;
  free(number: number, holder: string): void;
}

/** Numbers from `first` to `last`, without the `reserved`. `random` in [0, 1) spreads free choices. */
export function makePool(
  range: { readonly first: number; readonly last: number; readonly reserved?: ReadonlySet<number> },
  random: () => number,
): Pool {
  const { first, last, reserved } = range;
  const held = new Map<number, string>();
  const size = Math.max(0, last - first + 1);
  const isFree = (number: number): boolean => !held.has(number) && !reserved?.has(number);
  const search = (from: number, to: number): number | undefined => {
    const span = to - from + 1;
    if (span <= 0) return undefined;
    const start = Math.floor(random() * span);
    for (let i = 0; i < span; i++) {
      const number = from + ((start + i) % span);
      if (isFree(number)) return number;
    }
    return undefined;
  };
  return {
    size,
    get used() {
      return held.size;
    },
    has: (number) => number >= first && number <= last,
    holder: (number) => held.get(number),
    take(number, holder) {
      const by = held.get(number);
      if (by !== undefined && by !== holder) return false;
      held.set(number, holder);
      return true;
    },
    takeFree(holder, preferFrom = first) {
      const number = search(preferFrom, last) ?? search(first, preferFrom - 1);
      if (number !== undefined) held.set(number, holder);
      return number;
    },
    free(number, holder) {
      if (held.get(number) === holder) held.delete(number);
    },
  };
}
