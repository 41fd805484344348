// What the data of config maps and of secrets have in common: the form of keys, and bytes behind base64 text.
import type { Findings } from '../finding.ts';
import { configKeyProblems } from '../names.ts';

export const IMMUTABLE_SET = 'field is immutable when `immutable` is set';

/** Bytes behind base64 text. */
export const decodedBytes = (text: string) =>
  Math.floor((text.length * 3) / 4) - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);

export function keys(data: Readonly<Record<string, string>> | undefined, field: string, to: Findings): void {
  for (const key in data) for (const problem of configKeyProblems(key)) to.invalid(`${field}[${key}]`, key, problem);
}
