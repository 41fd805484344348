// One requirement on labels, and the selector made of several, all of which must hold.
// Source: Kubernetes concept page "Labels and Selectors".

export type Labels = Readonly<Record<string, string>>;

export type LabelOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

export interface LabelMatcher {
  readonly requirements: readonly LabelRequirement[];
  matches(labels: Labels | undefined): boolean;
}

const INTEGER = /^[+-]?[0-9]+$/;

function compares(requirement: LabelRequirement, value: string | undefined): boolean {
  const bound = requirement.values[0] ?? '';
  if (value === undefined || !INTEGER.test(value) || !INTEGER.test(bound)) return false;
  return requirement.operator === 'Gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
}

/** Whether one requirement holds. An absent label satisfies NotIn and DoesNotExist. */
export function requirementHolds(requirement: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && requirement.values.includes(value);
    case 'NotIn':
      return value === undefined || !requirement.values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return compares(requirement, value);
  }
}

const NO_LABELS: Labels = {};

export function matcherOf(requirements: readonly LabelRequirement[]): LabelMatcher {
  return {
    requirements,
    matches(labels) {
      for (const requirement of requirements) if (!requirementHolds(requirement, labels ?? NO_LABELS)) return false;
      return true;
    },
  };
}
