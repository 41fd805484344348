// Parses the text form of label selectors: "app=web,tier in (a,b),!canary,weight>3".
// A tokenizer, then one requirement after another; the messages are those that clients of Kubernetes know.
import { labelValueProblems, qualifiedNameProblems } from './label-syntax.ts';
import { type LabelMatcher, type LabelOperator, type LabelRequirement, matcherOf } from './requirement.ts';

export type ParsedLabelSelector =
  | { readonly kind: 'selector'; readonly selector: LabelMatcher }
  | { readonly kind: 'error'; readonly message: string };

type Parsed<T> = { readonly value: T } | { readonly error: string };

const TOKEN = /\s*(==|!=|[=!<>(),]|[^\s=!<>(),]+)/y;
const SYMBOLS: ReadonlySet<string> = new Set(['==', '!=', '=', '!', '<', '>', '(', ')', ',']);
const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  '=': 'In',
  '==': 'In',
  '!=': 'NotIn',
  in: 'In',
  notin: 'NotIn',
  '>': 'Gt',
  '<': 'Lt',
};
const OPERATOR_NAMES = 'in, notin, =, ==, !=, gt, lt';

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const pattern = new RegExp(TOKEN);
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) tokens.push(match[1] ?? '');
  return tokens;
}

const isWord = (token: string | undefined): token is string => token !== undefined && !SYMBOLS.has(token);

class LabelSelectorParser {
  private readonly tokens: string[];
  private at = 0;

  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  parse(): Parsed<LabelRequirement[]> {
    const requirements: LabelRequirement[] = [];
    if (this.tokens.length === 0) return { value: requirements };
    for (;;) {
      const requirement = this.parseRequirement();
      if ('error' in requirement) return { error: `unable to parse requirement: ${requirement.error}` };
      requirements.push(requirement.value);
      const next = this.take();
      if (next === undefined) return { value: requirements };
      if (next !== ',') return { error: `found '${next}', expected: ',' or 'end of string'` };
      const after = this.tokens[this.at];
      if (!isWord(after) && after !== '!') return { error: `found '${after ?? ''}', expected: identifier after ','` };
    }
  }

  private take(): string | undefined {
    return this.tokens[this.at++];
  }

  private parseRequirement(): Parsed<LabelRequirement> {
    let key = this.take();
    const negated = key === '!';
    if (negated) key = this.take();
    if (!isWord(key)) return { error: `found '${key ?? ''}', expected: identifier` };
    const problems = qualifiedNameProblems(key);
    if (problems.length) return { error: `<nil>: Invalid value: ${JSON.stringify(key)}: ${problems.join('; ')}` };
    if (negated) return { value: { key, operator: 'DoesNotExist', values: [] } };
    const next = this.tokens[this.at];
    if (next === undefined || next === ',') return { value: { key, operator: 'Exists', values: [] } };
    this.at++;
    const operator = Object.hasOwn(OPERATORS, next) ? OPERATORS[next] : undefined;
    if (!operator) return { error: `found '${next}', expected: ${OPERATOR_NAMES}` };
    const values = next === 'in' || next === 'notin' ? this.parseValues() : this.parseExactValue();
    if ('error' in values) return values;
    return checkValues({ key, operator, values: values.value });
  }

  /** A value may be left out: "a=" asks for the empty one. */
  private parseExactValue(): Parsed<string[]> {
    const next = this.tokens[this.at];
    if (next === undefined || next === ',') return { value: [''] };
    this.at++;
    return isWord(next) ? { value: [next] } : { error: `found '${next}', expected: identifier` };
  }

  private parseValues(): Parsed<string[]> {
    const open = this.take();
    if (open !== '(') return { error: `found '${open ?? ''}' expected: '('` };
    const values: string[] = [];
    let pending = true;
    for (let token = this.take(); token !== ')'; token = this.take()) {
      if (token === ',') {
        if (pending) values.push('');
        pending = true;
      } else if (isWord(token) && pending) {
        values.push(token);
        pending = false;
      } else return { error: `found '${token ?? ''}', expected: ',', ')' or identifier` };
    }
    if (pending) values.push('');
    return { value: values };
  }
}

function checkValues(requirement: LabelRequirement): Parsed<LabelRequirement> {
  for (const value of requirement.values) {
    const problems = labelValueProblems(value);
    if (problems.length)
      return {
        error: `values[0][${requirement.key}]: Invalid value: ${JSON.stringify(value)}: ${problems.join('; ')}`,
      };
    if ((requirement.operator === 'Gt' || requirement.operator === 'Lt') && !/^[+-]?[0-9]+$/.test(value))
      return {
        error: `values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
      };
  }
  return { value: requirement };
}

/** Parses a label selector; an empty text selects everything. */
export function parseLabelSelector(text: string): ParsedLabelSelector {
  const parsed = new LabelSelectorParser(text).parse();
  if ('error' in parsed) return { kind: 'error', message: parsed.error };
  return { kind: 'selector', selector: matcherOf(parsed.value) };
}
