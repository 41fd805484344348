// Resolves an amount that is a whole number or a percentage of a total. Source: Kubernetes API, util/intstr IntOrString.

/** "25%" of 10 is 3 rounded up, 2 rounded down; 0 when the text is neither. */
export function intOrPercent(value: number | string | undefined, total: number, options: { up: boolean }): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const match = /^([0-9]+)(%?)$/.exec(value);
  if (!match) return 0;
  const number = Number(match[1]);
  if (!match[2]) return number;
  return options.up ? Math.ceil((number * total) / 100) : Math.floor((number * total) / 100);
}
