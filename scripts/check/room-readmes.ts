// Finds rooms that do not say what they are: each has a README of its own, short enough to be read.
import type { Violation } from './import-law.ts';
import { roomOf } from './rooms.ts';

export const README_LINES_MAX = 40;

/** `linesOf` answers how many lines a file has, or undefined when there is none. */
export function checkReadmes(paths: readonly string[], linesOf: (path: string) => number | undefined): Violation[] {
  const rooms = new Set(paths.map(roomOf).filter((room) => room !== undefined));
  return [...rooms].flatMap((room) => {
    const path = `src/${room}/README.md`;
    const lines = linesOf(path);
    if (lines === undefined) return [{ rule: 'readme', path, line: 1, message: 'the room does not say what it is' }];
    const message = `${lines} lines; the limit is ${README_LINES_MAX}`;
    return lines > README_LINES_MAX ? [{ rule: 'readme', path, line: 1, message }] : [];
  });
}
