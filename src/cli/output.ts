// What commands print: results to stdout, progress and messages to stderr, colour only where a person looks.

export interface Stream {
  write(text: string): void;
  readonly isTerminal: boolean;
  /** How wide the terminal is now; undefined where nobody looks. */
  readonly columns?: number | undefined;
}

export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  bold(text: string): string;
}

const ANSI = { good: 32, bad: 31, warn: 33, dim: 2, bold: 1 } as const;

/** Colours for a terminal; none elsewhere, or when they are not wanted (https://no-color.org). */
export function paintFor(stream: Stream, options: { noColor: boolean }): Paint {
  const paint = (code: number) => (text: string) =>
    stream.isTerminal && !options.noColor ? `\u001b[${code}m${text}\u001b[0m` : text;
  return {
    good: paint(ANSI.good),
    bad: paint(ANSI.bad),
    warn: paint(ANSI.warn),
    dim: paint(ANSI.dim),
    bold: paint(ANSI.bold),
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character starts what has no width
const COLOURS = /\u001b\[[0-9]*m/g;
const width = (text: string): number => [...text.replace(COLOURS, '')].length;
const pad = (text: string, to: number): string => text + ' '.repeat(Math.max(0, to - width(text)));

/** Columns aligned by their widest cell, two spaces apart; no trailing spaces. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], paint: Paint): string {
  const all = [head.map((cell) => paint.dim(cell.toUpperCase())), ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => width(row[column] ?? ''))));
  return all
    .map((row) =>
      row
        .map((cell, i) => pad(cell, widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Names and values below each other, the values aligned. */
export function facts(pairs: readonly (readonly [string, string])[], paint: Paint): string {
  const widest = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${paint.dim(pad(name, widest))}  ${value}`).join('\n');
}

export function bytesText(bytes: number): string {
  if (bytes >= 1024 ** 3) return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}

export function spanText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** "5 s", "12 min", "3 h", "4 d" since a time. */
export function ageText(since: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
