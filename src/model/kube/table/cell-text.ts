// Texts that cells of several kinds have in common: labels, selectors, containers, long lists cut short.
import type { Container, LabelSelector, LabelSelectorRequirement } from '../generated/kinds.ts';

type Labels = Readonly<Record<string, string>> | undefined;

/** "a=b,c=d" in order of the keys, "<none>" for none. */
export function labelsText(labels: Labels): string {
  const keys = Object.keys(labels ?? {}).sort();
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${labels?.[key]}`).join(',');
}

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'NotIn' ? 'notin' : 'in'} (${[...values].sort().join(',')})`;
}

/** A selector as a query: "app=web,tier in (a,b),!old"; "" when it selects everything or nothing. */
export function queryText(selector: LabelSelector | undefined): string {
  const parts: [key: string, text: string][] = [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]): [string, string] => [key, `${key}=${value}`]),
    ...(selector?.matchExpressions ?? []).map((r): [string, string] => [r.key, requirementText(r)]),
  ];
  return parts
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, text]) => text)
    .join(',');
}

export const selectorText = (selector: LabelSelector | undefined): string => queryText(selector) || '<none>';

type Containers = readonly Container[] | undefined;

export const containerNames = (containers: Containers): string => (containers ?? []).map((c) => c.name).join(',');

export const containerImages = (containers: Containers): string =>
  (containers ?? []).map((c) => c.image ?? '').join(',');

/** The first three of a list, and how many more there are. */
export function firstThree(list: readonly string[], empty: string): string {
  if (list.length > 3) return `${list.slice(0, 3).join(',')} + ${list.length - 3} more...`;
  return list.join(',') || empty;
}
