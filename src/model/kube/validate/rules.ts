// Small rules that many kinds share: choices, numbers, resource amounts, selectors.
import { quantityNanos } from '#base';
import type { LabelSelector, Quantity } from '../generated/kinds.ts';
import { labelValueProblems, qualifiedNameProblems } from '../selector/label-syntax.ts';
import type { Findings } from './finding.ts';
import { PORT_MAX } from './limits.ts';
import { validateLabels } from './metadata.ts';
import { portNameProblems } from './names.ts';

/** A value that must be given and be one of the choices. */
export function oneOf(value: string | undefined, choices: readonly string[], field: string, to: Findings): void {
  if (!value) to.required(field);
  else if (!choices.includes(value)) to.notSupported(field, value, choices);
}

/** A value that may be left out. */
export function optionalOneOf(
  value: string | undefined,
  choices: readonly string[],
  field: string,
  to: Findings,
): void {
  if (value && !choices.includes(value)) to.notSupported(field, value, choices);
}

export function nonNegative(value: number | undefined, field: string, to: Findings): void {
  if (value !== undefined && value < 0) to.invalid(field, value, 'must be greater than or equal to 0');
}

export function positive(value: number | undefined, field: string, to: Findings): void {
  if (value !== undefined && value <= 0) to.invalid(field, value, 'must be greater than 0');
}

export function portNumber(value: number | undefined, field: string, to: Findings): void {
  if (value === undefined || value < 1 || value > PORT_MAX)
    to.invalid(field, value ?? 0, `must be between 1 and ${PORT_MAX}, inclusive`);
}

/** A port by number or by name. */
export function portNumberOrName(value: number | string | undefined, field: string, to: Findings): void {
  if (typeof value === 'string') for (const problem of portNameProblems(value)) to.invalid(field, value, problem);
  else portNumber(value, field, to);
}

/** A count or a share of a whole ("25%"); a share may not be above 100% unless said. */
export function countOrPercent(
  value: number | string | undefined,
  field: string,
  to: Findings,
  options: { readonly above100?: boolean } = {},
): void {
  if (value === undefined) return;
  if (typeof value === 'number') {
    nonNegative(value, field, to);
    return;
  }
  if (!/^[0-9]+%$/.test(value))
    to.invalid(
      field,
      value,
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    );
  else if (!options.above100 && Number(value.slice(0, -1)) > 100)
    to.invalid(field, value, 'must not be greater than 100%');
}

export const isZeroCount = (value: number | string | undefined) => value === 0 || value === '0%' || value === '0';

export function quantity(value: Quantity | undefined, field: string, to: Findings): void {
  const nanos = value === undefined ? undefined : quantityNanos(value);
  if (nanos !== undefined && nanos < 0n) to.invalid(field, String(value), 'must be greater than or equal to 0');
}

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
