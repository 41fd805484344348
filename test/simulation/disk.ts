// The disk of a simulated site: what is written survives a crash, and nothing else does. A crash can be armed to come just before or
// just after one of the next writes, so that every pair of writes is cut apart in some run.

/** The site's processes end here. */
export class Crash extends Error {}

export class Disk {
  readonly #kept = new Map<string, unknown>();
  #armed: { writesLeft: number; readonly isAfter: boolean } | undefined;

  read<T>(name: string): T | undefined {
    return this.#kept.get(name) as T | undefined;
  }

  /** `value` is never changed afterwards. Errors: {@link Crash}. */
  write(name: string, value: unknown): void {
    const armed = this.#armed;
    const isDue = armed !== undefined && --armed.writesLeft < 0;
    if (isDue && !armed.isAfter) this.#crash();
    this.#kept.set(name, value);
    if (isDue) this.#crash();
  }

  get isArmed(): boolean {
    return this.#armed !== undefined;
  }

  withoutCrash(act: () => void): void {
    const armed = this.#armed;
    this.#armed = undefined;
    act();
    this.#armed = armed;
  }

  arm(writesLeft: number, isAfter: boolean): void {
    this.#armed = { writesLeft, isAfter };
  }

  #crash(): never {
    this.#armed = undefined;
    throw new Crash('the machine ended in a write');
  }
}

/** Names that begin alike, each made once: they are read at every step. */
export function names(prefix: string): (name: string) => string {
  const made = new Map<string, string>();
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const fresh = `${prefix}/${name}`;
    made.set(name, fresh);
    return fresh;
  };
}
