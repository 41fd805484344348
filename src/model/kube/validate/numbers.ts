// Rules for numbers: counts, shares, ports, amounts.
import { quantityNanos } from '#base';
import type { Quantity } from '../generated/kinds.ts';
import type { Findings } from './finding.ts';
import { PORT_MAX } from './limits.ts';
import { portNameProblems } from './names.ts';

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
