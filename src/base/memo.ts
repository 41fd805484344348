// Remembers what a pure function answered, so that it is computed when first asked for and never again.
// The memory is bounded by the number of distinct arguments, which must be a closed set.

/** The function, called at most once. */
export function once<T>(compute: () => T): () => T {
  let known: { value: T } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

/** The function, called at most once for each argument. Arguments must come from a closed set (names of kinds). */
export function memo<A, T>(compute: (argument: A) => T): (argument: A) => T {
  const known = new Map<A, T>();
  return (argument) => {
    let value = known.get(argument);
    if (value === undefined) {
      value = compute(argument);
      known.set(argument, value);
    }
    return value;
  };
}
