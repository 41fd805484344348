// The known word nearest to a mistyped one, by edit distance (Levenshtein 1966), so that a refusal can name it.

/** How many letters must be changed, put in or taken out to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++)
      next.push(Math.min((row[j] ?? 0) + (a[i] === b[j] ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Letters of a word beyond this are not compared: nobody mistypes that much, and the work stays small. */
const LENGTH_MAX = 64;

/** The nearest, when at most half of the word would have to change; the first of equals. Case does not count. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  const given = word.slice(0, LENGTH_MAX).toLowerCase();
  let nearest: { known: string; far: number } | undefined;
  for (const one of known) {
    const far = distance(given, one.toLowerCase());
    if (far <= Math.max(given.length, one.length) / 2 && far < (nearest?.far ?? Number.POSITIVE_INFINITY))
      nearest = { known: one, far };
  }
  return nearest?.known;
}
