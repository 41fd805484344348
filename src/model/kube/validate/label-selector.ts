// Validation of label selectors.
import type { LabelSelector } from '../generated/kinds.ts';
import { labelValueProblems, qualifiedNameProblems } from '../selector/label-syntax.ts';
import type { Findings } from './finding.ts';
import { validateLabels } from './metadata.ts';

const SELECTOR_OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** Source: Kubernetes API, meta/v1 LabelSelector. */
export function labelSelector(selector: LabelSelector | undefined, field: string, to: Findings): void {
  if (!selector) return;
  validateLabels(selector.matchLabels, `${field}.matchLabels`, to);
  selector.matchExpressions?.forEach((expression, i) => {
    const at = `${field}.matchExpressions[${i}]`;
    const count = expression.values?.length ?? 0;
    const listed = expression.operator === 'In' || expression.operator === 'NotIn';
    if (!SELECTOR_OPERATORS.includes(expression.operator))
      to.invalid(`${at}.operator`, expression.operator, 'not a valid selector operator');
    else if (listed && count === 0) to.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    else if (!listed && count > 0)
      to.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    for (const problem of qualifiedNameProblems(expression.key ?? '')) to.invalid(`${at}.key`, expression.key, problem);
    expression.values?.forEach((value, j) => {
      for (const problem of labelValueProblems(value)) to.invalid(`${at}.values[${j}]`, value, problem);
    });
  });
}

export const isEmptySelector = (selector: LabelSelector | undefined) =>
  !selector || (!Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length);
