// Text in lines of a given width, broken between words.

/** Columns of what is no terminal: lines that fit on a page. */
const COLUMNS_DEFAULT = 120;
/** Below this nothing can be aligned; a narrower terminal breaks the lines itself. */
const COLUMNS_MIN = 60;

export const columnsOf = (stream: { readonly columns?: number | undefined }): number =>
  Math.max(COLUMNS_MIN, stream.columns ?? COLUMNS_DEFAULT);

/** Lines of at most `width`; a longer word stands alone on its line. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Wrapped, every line but the first moved right by `indent`. */
export const hanging = (text: string, of: { indent: number; columns: number }): string =>
  wrap(text, Math.max(20, of.columns - of.indent)).join(`\n${' '.repeat(of.indent)}`);

/** Cut to a width, with a sign that it was. */
export const shortened = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
