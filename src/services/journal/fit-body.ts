// Makes a body fit into one record: long texts are cut, and what is still too large is told by its size.
import { JOURNAL_RECORD_BYTES_MAX } from '#model/link';
import { CUT_TEXT_CHARACTERS } from './limits.ts';

export type Body = Readonly<Record<string, unknown>>;

const cut = (value: unknown): unknown =>
  typeof value === 'string' && value.length > CUT_TEXT_CHARACTERS ? `${value.slice(0, CUT_TEXT_CHARACTERS)}…` : value;

/** Never throws: what cannot be written as JSON is told as that. */
export function fitBody(body: Body): Body {
  try {
    const bytes = Buffer.byteLength(JSON.stringify(body));
    if (bytes <= JOURNAL_RECORD_BYTES_MAX) return body;
    const shorter = {
      ...Object.fromEntries(Object.entries(body).map(([name, value]) => [name, cut(value)])),
      cut: true,
    };
    return Buffer.byteLength(JSON.stringify(shorter)) <= JOURNAL_RECORD_BYTES_MAX ? shorter : { cut: true, bytes };
  } catch (error) {
    return { cut: true, reason: String(error).slice(0, CUT_TEXT_CHARACTERS) };
  }
}
