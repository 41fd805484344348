// Decides whether labels satisfy a label selector. An absent selector selects nothing, an empty one everything.
// Source: Kubernetes API, meta/v1 LabelSelector.

type Labels = Readonly<Record<string, string>> | undefined;

/** The shape of meta/v1 LabelSelector. */
export interface LabelSelectorShape {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** Whether every wanted label is there with its value; an empty wish is met by everything. */
export function labelsInclude(wanted: Labels, labels: Labels): boolean {
  for (const key in wanted) if (labels?.[key] !== wanted[key]) return false;
  return true;
}

/** Whether `labels` satisfy `selector`; an unknown operator selects nothing. */
export function labelSelectorMatches(selector: LabelSelectorShape | undefined, labels: Labels): boolean {
  if (!selector || !labelsInclude(selector.matchLabels, labels)) return false;
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const value = labels?.[key];
    const listed = value !== undefined && (values ?? []).includes(value);
    if (operator === 'In' ? !listed : operator === 'NotIn' ? listed : false) return false;
    if (operator === 'Exists' && value === undefined) return false;
    if (operator === 'DoesNotExist' && value !== undefined) return false;
    if (!['In', 'NotIn', 'Exists', 'DoesNotExist'].includes(operator)) return false;
  }
  return true;
}

/** Whether a selector has no requirement at all. */
export function labelSelectorIsEmpty(selector: LabelSelectorShape | undefined): boolean {
  return (
    Object.keys(selector?.matchLabels ?? {}).length === 0 && Object.keys(selector?.matchExpressions ?? []).length === 0
  );
}
