// Parses field selectors: "metadata.name=a,status.phase!=Running". A backslash escapes ',', '=' and itself in values.
import type { ResourceFacts } from '../facts.ts';
import { canonicalField } from './fields.ts';

export interface FieldRequirement {
  readonly field: string;
  readonly value: string;
  readonly equal: boolean;
}

export interface FieldMatcher {
  readonly requirements: readonly FieldRequirement[];
  matches(fields: Readonly<Record<string, string>>): boolean;
  /** The value that the field must have, when the selector fixes it. */
  exact(field: string): string | undefined;
}

export type ParsedFieldSelector =
  | { readonly kind: 'selector'; readonly selector: FieldMatcher }
  | { readonly kind: 'error'; readonly message: string };

function termsOf(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === ',') {
      terms.push(text.slice(start, i));
      start = i + 1;
    }
  }
  terms.push(text.slice(start));
  return terms.filter((term) => term !== '');
}

const TERM = /^((?:[^\\=!]|\\.|!(?!=))*)(==|!=|=)(.*)$/s;
const unescapeValue = (text: string) => text.replace(/\\([\\,=])/g, '$1');
const BAD_ESCAPE = /(?:^|[^\\])(?:\\\\)*\\(?![\\,=])|(?:^|[^\\])=/;

function fieldMatcherOf(requirements: readonly FieldRequirement[]): FieldMatcher {
  return {
    requirements,
    matches(fields) {
      for (const { field, value, equal } of requirements) if (((fields[field] ?? '') === value) !== equal) return false;
      return true;
    },
    exact: (field) => requirements.find((r) => r.equal && r.field === field)?.value,
  };
}

/**
 * Parses a field selector for a resource. `extra` are the fields that a custom resource declares selectable.
 * An empty text selects everything.
 */
export function parseFieldSelector(
  text: string,
  resource: Pick<ResourceFacts, 'group' | 'resource'>,
  extra: readonly string[] = [],
): ParsedFieldSelector {
  const requirements: FieldRequirement[] = [];
  for (const term of termsOf(text)) {
    const match = TERM.exec(term);
    const value = match?.[3] ?? '';
    if (!match || BAD_ESCAPE.test(value))
      return { kind: 'error', message: `invalid selector: '${text}'; can't understand '${term}'` };
    const named = match[1] ?? '';
    const field = extra.includes(named) ? named : canonicalField(resource, named);
    if (field === undefined) return { kind: 'error', message: `field label not supported: ${named}` };
    requirements.push({ field, value: unescapeValue(value), equal: match[2] !== '!=' });
  }
  return { kind: 'selector', selector: fieldMatcherOf(requirements) };
}
