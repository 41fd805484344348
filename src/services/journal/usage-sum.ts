// Sums of usage: numbers are added, by name and at any depth, so that many hours become one record that says the same.
import type { UsageSum } from '#model/site';

export type UsageBody = UsageSum & Record<string, unknown>;

function added(a: unknown, b: unknown): unknown {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return b ?? a;
  const sum: Record<string, unknown> = { ...a };
  for (const [name, value] of Object.entries(b)) sum[name] = added(sum[name], value);
  return sum;
}

/** One body that says what both say; `a` is the earlier one. */
export function usageSum(a: UsageBody, b: UsageBody): UsageBody {
  const [from = '', , , to = ''] = [a.from, a.to, b.from, b.to].sort();
  return { ...(added(a, b) as UsageBody), from, to };
}
