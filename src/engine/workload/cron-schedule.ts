// When a cron schedule comes due: the last time in a span, and the next one soon. Minutes are walked one by one, hours that
// do not match are leapt over, so that changes of a zone's offset need no rule of their own.
// Source: Kubernetes concepts "CronJob" (schedule syntax, time zones).

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A schedule that did not come due for longer than this is not looked for further back. */
const LOOK_BACK_MS = 400 * 24 * HOUR_MS;
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'sun mon tue wed thu fri sat'.split(' ');
const NAMED: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: MINUTE_MS, h: HOUR_MS };

export interface CronSchedule {
  /** The last time in (after, until], in milliseconds; undefined when there is none. */
  last(after: number, until: number): number | undefined;
  /** The first time in (after, until]. `from` is what an interval counts from. */
  next(after: number, until: number, from: number): number | undefined;
}

interface Field {
  readonly values: ReadonlySet<number>;
  readonly any: boolean;
}

/** What a field may hold; the first word stands for `min`. */
interface FieldRange {
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
}

function fieldOf(text: string, { min, max, words = [] }: FieldRange): Field {
  const values = new Set<number>();
  const numberOf = (word: string): number => {
    const at = words.indexOf(word.toLowerCase());
    return at >= 0 ? at + min : Number(word);
  };
  for (const part of text.split(',')) {
    const [range = '*', step] = part.split('/');
    const any = range === '*' || range === '?';
    const [first = min, last] = any ? [min, max] : range.split('-').map(numberOf);
    const end = last ?? (step === undefined ? first : max);
    for (let value = first; value <= end; value += Number(step ?? 1)) values.add(value);
  }
  return { values, any: text.startsWith('*') || text === '?' };
}

/** Milliseconds that a zone is ahead of UTC, at each time; asked for once an hour of the walk. */
function offsetsOf(timeZone: string | undefined): (at: number) => number {
  if (!timeZone || timeZone === 'UTC' || timeZone === 'Etc/UTC') return () => 0;
  const numeric = '2-digit';
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
  });
  let known = { quarter: Number.NaN, offset: 0 };
  return (at) => {
    const quarter = Math.floor(at / (15 * MINUTE_MS));
    if (known.quarter === quarter) return known.offset;
    const start = quarter * 15 * MINUTE_MS;
    const part = Object.fromEntries(format.formatToParts(start).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part;
    known = { quarter, offset: Date.UTC(year, month - 1, day, hour, minute) - start };
    return known.offset;
  };
}

function everySchedule(text: string): CronSchedule {
  let interval = 0;
  for (const [, count, unit = ''] of text.matchAll(/([0-9.]+)(ms|s|m|h)/g))
    interval += Number(count) * (UNIT_MS[unit] ?? 0);
  const step = Math.max(interval, 1000);
  return {
    last: (after, until) => (until - after < step ? undefined : after + Math.floor((until - after) / step) * step),
    next: (after, until, from) => {
      const due = from + (Math.floor((after - from) / step) + 1) * step;
      return due <= until ? due : undefined;
    },
  };
}

/** `schedule` must be valid. */
export function cronSchedule(schedule: string, timeZone?: string): CronSchedule {
  if (schedule.startsWith('@every ')) return everySchedule(schedule);
  const [minutes = '*', hours = '*', days = '*', months = '*', weekdays = '*'] = (NAMED[schedule] ?? schedule)
    .trim()
    .split(/\s+/);
  const minute = fieldOf(minutes, { min: 0, max: 59 });
  const hour = fieldOf(hours, { min: 0, max: 23 });
  const day = fieldOf(days, { min: 1, max: 31 });
  const month = fieldOf(months, { min: 1, max: 12, words: MONTHS });
  const weekday = fieldOf(weekdays, { min: 0, max: 6, words: DAYS });
  const offsetAt = offsetsOf(timeZone);
  const hourMatches = (local: Date): boolean => {
    const onDay = day.values.has(local.getUTCDate());
    const onWeekday = weekday.values.has(local.getUTCDay());
    // With both restricted, either is enough.
    const fits = day.any || weekday.any ? onDay && onWeekday : onDay || onWeekday;
    return fits && month.values.has(local.getUTCMonth() + 1) && hour.values.has(local.getUTCHours());
  };
  return {
    last(after, until) {
      const floor = Math.max(after, until - LOOK_BACK_MS);
      for (let at = Math.floor(until / MINUTE_MS) * MINUTE_MS; at > floor; at -= MINUTE_MS) {
        const local = new Date(at + offsetAt(at));
        if (!hourMatches(local)) at -= local.getUTCMinutes() * MINUTE_MS;
        else if (minute.values.has(local.getUTCMinutes())) return at;
      }
      return undefined;
    },
    next(after, until) {
      for (let at = (Math.floor(after / MINUTE_MS) + 1) * MINUTE_MS; at <= until; at += MINUTE_MS) {
        const local = new Date(at + offsetAt(at));
        if (!hourMatches(local)) at += (59 - local.getUTCMinutes()) * MINUTE_MS;
        else if (minute.values.has(local.getUTCMinutes())) return at;
      }
      return undefined;
    },
  };
}
