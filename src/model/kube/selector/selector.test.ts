// What selectors match, and how wrong ones are refused.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { selectableFields } from './fields.ts';
import { labelMatcherOf, labelSelectorText } from './label-selector.ts';
import { parseFieldSelector } from './parse-field.ts';
import { parseLabelSelector } from './parse-label.ts';

const PODS = { group: '', resource: 'pods' };

test('label selectors match as written', () => {
  const labels = { app: 'web', tier: 'a', weight: '5', empty: '' };
  const cases: [string, boolean][] = [
    ['', true],
    ['app=web', true],
    ['app==web,tier=a', true],
    ['app != web', false],
    ['app in (web, api)', true],
    ['app notin (web)', false],
    ['other notin (x)', true],
    ['other!=x', true],
    ['tier', true],
    ['!tier', false],
    ['!other', true],
    ['weight>4', true],
    ['weight<4', false],
    ['other>1', false],
    ['empty=', true],
    ['empty in ()', true],
    ['example.com/x', false],
  ];
  for (const [text, expected] of cases) {
    const parsed = parseLabelSelector(text);
    equal(parsed.kind === 'selector' && parsed.selector.matches(labels), expected, text);
  }
});

test('wrong label selectors are refused with a reason', () => {
  const cases: [string, RegExp][] = [
    ['a=b=c', /found '=', expected: ',' or 'end of string'/],
    ['a b', /found 'b', expected: in, notin/],
    ['=x', /found '=', expected: identifier/],
    ['a,', /expected: identifier after ','/],
    ['a in b', /expected: '\('/],
    ['a in (b', /expected: ',', '\)' or identifier/],
    ['-a=b', /name part must consist/],
    ['a=b$', /a valid label must be/],
    ['a>x', /must be an integer/],
  ];
  for (const [text, pattern] of cases) {
    const parsed = parseLabelSelector(text);
    equal(parsed.kind === 'error' && pattern.test(parsed.message), true, `${text}: ${JSON.stringify(parsed)}`);
  }
});

test('an absent selector object matches nothing, an empty one everything', () => {
  equal(labelMatcherOf(undefined).matches({ a: 'b' }), false);
  equal(labelMatcherOf({}).matches({ a: 'b' }), true);
  const selector = { matchLabels: { b: '1' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['y', 'x'] }] };
  equal(labelMatcherOf(selector).matches({ a: 'x', b: '1' }), true);
  equal(labelMatcherOf(selector).matches({ a: 'x' }), false);
  equal(labelSelectorText(selector), 'a in (x,y),b=1');
});

test('field selectors name supported fields only', () => {
  const fields = selectableFields(PODS, {
    metadata: { name: 'a', namespace: 'n' },
    status: { phase: 'Running' },
  } as object);
  const parsed = parseFieldSelector('metadata.name=a,status.phase!=Pending,spec.hostNetwork=false', PODS);
  equal(parsed.kind === 'selector' && parsed.selector.matches(fields), true);
  equal(parsed.kind === 'selector' && parsed.selector.exact('metadata.name'), 'a');
  deepEqual(parseFieldSelector('spec.foo=a', PODS), { kind: 'error', message: 'field label not supported: spec.foo' });
  equal(parseFieldSelector('nonsense', PODS).kind, 'error');
  const event = { group: 'events.k8s.io', resource: 'events' };
  const regarding = parseFieldSelector('regarding.name=x', event);
  equal(regarding.kind === 'selector' && regarding.selector.exact('involvedObject.name'), 'x');
  const escaped = parseFieldSelector('metadata.name=a\\,b', PODS);
  equal(escaped.kind === 'selector' && escaped.selector.exact('metadata.name'), 'a,b');
});
