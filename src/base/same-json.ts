// Compares and names JSON values by content: the order of keys does not matter, an undefined member is an absent one.

/** Whether two JSON values are the same. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key in left) if (!sameJson(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}

/** JSON with keys in order, so that equal values give equal text. */
export function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

// No vowels and no look-alikes, so that a name made of them spells nothing.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A short name for the content of `value` (FNV-1a, 32 bits), usable in labels and object names. */
export function stableHash(value: unknown, salt = ''): string {
  let hash = 0x811c9dc5;
  for (const char of stableJson(value) + salt) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return [...String(hash)].map((digit, place) => ALPHABET[(Number(digit) + place * 7) % ALPHABET.length]).join('');
}

/** Random letters for a generated name. */
export function randomSuffix(length: number, random: () => number): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
}
