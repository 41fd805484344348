// Reads YAML as the official decoder does: version 1.1 without the types that JSON has no word for. A body may be made to
// cost the parser much more time than its size: what grows with the square of something is bounded or counted first.
// Source: Kubernetes API concepts, "API media types"; YAML 1.1.
import { type Document, isMap, isScalar, parseDocument, type Tags, visit } from 'yaml';
import { messageOf } from '#base';
import { requestError } from '../answer/errors.ts';
import { YAML_ALIASES_MAX, YAML_BYTES_MAX } from './limits.ts';

const NOT_IN_JSON = /:(timestamp|binary|omap|pairs|set)$/;

/** Without dates, bytes and sets, and without numbers of base 60: all of them are text. */
const jsonTags = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag === 'string' || !(NOT_IN_JSON.test(tag.tag) || tag.format === 'TIME'));

/** Errors: ApiError 400, 413. */
export function decodeYaml(body: Buffer): unknown {
  const text = body.toString('utf8');
  // JSON is YAML, and what tools send under that name; it is read much faster.
  if (/^\s*\{/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // YAML in flow style, or malformed: read below, which says where.
    }
  }
  if (body.length > YAML_BYTES_MAX) throw requestError.tooLarge(YAML_BYTES_MAX);
  try {
    const document = parseDocument(text, {
      version: '1.1',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
      customTags: jsonTags,
    });
    const [error] = document.errors;
    if (error) throw error;
    refuseCostly(document);
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw requestError.badRequest(`error converting YAML to JSON: ${messageOf(error)}`);
  }
}

/** The parser looks every alias up in the whole document, and compares every key with every other. */
function refuseCostly(document: Document): void {
  let aliases = 0;
  visit(document, {
    Alias: () => {
      if (++aliases > YAML_ALIASES_MAX) throw new Error(`more than ${YAML_ALIASES_MAX} aliases`);
    },
    Collection: (_, node) => {
      if (!isMap(node)) return;
      const keys = new Set<unknown>();
      for (const { key } of node.items) {
        const name = isScalar(key) ? key.value : key;
        if (name !== '<<' && keys.has(name)) throw new Error(`key ${JSON.stringify(name)} already set in map`);
        keys.add(name);
      }
    },
  });
}
