// Validation of limit ranges.
import { quantityNanos } from '#base';
import type { LimitRange, LimitRangeItem } from '../../generated/kinds.ts';
import type { Findings } from '../finding.ts';

function validateLimit(item: LimitRangeItem, at: string, to: Findings): void {
  const names = new Set(Object.keys({ ...item.min, ...item.max, ...item.default, ...item.defaultRequest }));
  for (const name of names) {
    const nanos = (kind: 'min' | 'max' | 'default' | 'defaultRequest') =>
      item[kind]?.[name] === undefined ? undefined : quantityNanos(item[kind][name] ?? 0);
    const above = (low: bigint | undefined, high: bigint | undefined) =>
      low !== undefined && high !== undefined && low > high;
    if (above(nanos('min'), nanos('max')))
      to.invalid(`${at}.min[${name}]`, item.min?.[name], 'min value is greater than max value');
    if (above(nanos('defaultRequest'), nanos('default')))
      to.invalid(
        `${at}.defaultRequest[${name}]`,
        item.defaultRequest?.[name],
        'default request value is greater than default limit value',
      );
    if (above(nanos('default'), nanos('max')))
      to.invalid(`${at}.default[${name}]`, item.default?.[name], 'default value is greater than max value');
    if (above(nanos('min'), nanos('default')))
      to.invalid(`${at}.default[${name}]`, item.min?.[name], 'min value is greater than default value');
  }
}

export function validateLimitRange(range: LimitRange, to: Findings): void {
  const types = new Set<string>();
  range.spec?.limits?.forEach((item, i) => {
    const at = `spec.limits[${i}]`;
    if (!item.type) to.required(`${at}.type`);
    else if (types.has(item.type)) to.duplicate(`${at}.type`, item.type);
    types.add(item.type);
    validateLimit(item, at, to);
  });
}
