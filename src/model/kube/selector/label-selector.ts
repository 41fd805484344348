// Label selectors in their object form (meta/v1 LabelSelector): matching, and the text form of the scale subresource.
import type { LabelSelector } from '../generated/kinds.ts';
import { type LabelMatcher, type LabelOperator, type LabelRequirement, matcherOf } from './requirement.ts';

/** Matches no object: what an absent selector means. */
export const NOTHING: LabelMatcher = { requirements: [], matches: () => false };

function requirementsOf(selector: LabelSelector): LabelRequirement[] {
  const requirements: LabelRequirement[] = [];
  for (const key in selector.matchLabels)
    requirements.push({ key, operator: 'In', values: [selector.matchLabels[key] ?? ''] });
  for (const expression of selector.matchExpressions ?? [])
    requirements.push({
      key: expression.key,
      operator: expression.operator as LabelOperator,
      values: expression.values ?? [],
    });
  return requirements;
}

/** An absent selector matches nothing, an empty one everything. */
export function labelMatcherOf(selector: LabelSelector | undefined): LabelMatcher {
  return selector ? matcherOf(requirementsOf(selector)) : NOTHING;
}

/** A map of labels as a selector; an absent or empty one matches nothing (as a service's or controller's does). */
export function labelMapMatcherOf(labels: Readonly<Record<string, string>> | undefined): LabelMatcher {
  if (!labels || Object.keys(labels).length === 0) return NOTHING;
  return matcherOf(requirementsOf({ matchLabels: { ...labels } }));
}

function requirementText({ key, operator, values }: LabelRequirement): string {
  const list = [...values].sort().join(',');
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${list})`;
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${list})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'Gt':
      return `${key}>${values[0]}`;
    case 'Lt':
      return `${key}<${values[0]}`;
  }
}

/** "app=web,tier in (a,b)": sorted by key. Empty for an absent selector. */
export function labelSelectorText(selector: LabelSelector | undefined): string {
  const requirements = selector ? requirementsOf(selector) : [];
  return requirements
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(requirementText)
    .join(',');
}
