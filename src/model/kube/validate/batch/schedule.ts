// The syntax of a cron schedule: five fields, or one of the named ones. Source: Kubernetes concept page "CronJob".

const NAMED = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS = [
  { name: 'minute', min: 0, max: 59, words: [] as string[], base: 0 },
  { name: 'hour', min: 0, max: 23, words: [], base: 0 },
  { name: 'day of month', min: 1, max: 31, words: [], base: 0 },
  { name: 'month', min: 1, max: 12, words: MONTHS, base: 1 },
  { name: 'day of week', min: 0, max: 6, words: DAYS, base: 0 },
];

function fieldValue(text: string, field: (typeof FIELDS)[number]): number | undefined {
  const word = field.words.indexOf(text.toLowerCase());
  if (word >= 0) return word + field.base;
  return /^[0-9]+$/.test(text) ? Number(text) : undefined;
}

function rangeProblem(part: string, field: (typeof FIELDS)[number]): string | undefined {
  const [range = '', step, more] = part.split('/');
  if (more !== undefined) return `too many slashes: ${part}`;
  if (step !== undefined && !/^[1-9][0-9]*$/.test(step)) return `step of range should be a positive number: ${part}`;
  if (range === '*' || range === '?') return undefined;
  const ends = range.split('-').map((end) => fieldValue(end, field));
  const [first, last = first] = ends;
  if (ends.length > 2) return `too many hyphens: ${part}`;
  if (first === undefined || last === undefined || ends.includes(undefined)) return `failed to parse int from ${range}`;
  if (first < field.min) return `beginning of range (${first}) below minimum (${field.min}): ${part}`;
  if (last > field.max) return `end of range (${last}) above maximum (${field.max}): ${part}`;
  return first > last ? `beginning of range (${first}) beyond end of range (${last}): ${part}` : undefined;
}

/** What is wrong with a schedule; undefined when nothing is. */
export function scheduleProblem(schedule: string): string | undefined {
  if (schedule.startsWith('@'))
    return NAMED.includes(schedule) || /^@every ([0-9.]+(ns|us|ms|s|m|h))+$/.test(schedule)
      ? undefined
      : `unrecognized descriptor: ${schedule}`;
  const parts = schedule.trim().split(/\s+/);
  if (parts.length !== FIELDS.length)
    return `expected exactly 5 fields, found ${parts.length}: ${JSON.stringify(parts)}`;
  for (const [i, field] of FIELDS.entries())
    for (const part of (parts[i] ?? '').split(',')) {
      const problem = rangeProblem(part, field);
      if (problem) return problem;
    }
  return undefined;
}
