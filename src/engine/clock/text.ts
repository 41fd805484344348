// Times and spans as events and conditions say them.

export const momentText = (ms: number): string => new Date(ms).toISOString().replace(/\.[0-9]+Z$/, 'Z');

const UNITS = [
  ['y', 31_557_600_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** The two largest units of a span that is not negative: "31 d 2 h"; nothing below a second. */
export function lengthText(ms: number): string {
  let left = ms;
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}`);
  }
  return parts.join(' ');
}

/** "+31 d 2 h", "-3.2 s". */
export function spanText(ms: number): string {
  const length = Math.abs(ms);
  return (ms < 0 ? '-' : '+') + (length < 60_000 ? `${(length / 1000).toFixed(1)} s` : lengthText(length));
}
