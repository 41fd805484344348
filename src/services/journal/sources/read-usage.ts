// Reads back what the journal says of usage: one sum a day, of everything that still stands here.
import { segmentsIn } from '../segment-names.ts';
import { readSegment } from '../segments.ts';
import { type UsageBody, usageSum } from '../usage-sum.ts';

/** Oldest day first. */
export function readUsage(folder: string): UsageBody[] {
  const days = new Map<string, UsageBody>();
  const seen = new Set<string>();
  for (const segment of segmentsIn(folder))
    for (const { kind, body, sequence } of readSegment(segment).records) {
      const key = `${segment.life} ${sequence}`;
      if (kind !== 'usage' || seen.has(key)) continue;
      seen.add(key);
      const usage = body as UsageBody;
      const day = usage.from.slice(0, 10);
      const before = days.get(day);
      days.set(day, before ? usageSum(before, usage) : usage);
    }
  return [...days].sort(([a], [b]) => a.localeCompare(b)).map(([, usage]) => usage);
}
