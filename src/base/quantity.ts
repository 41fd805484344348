// Reads and writes resource.Quantity, the Kubernetes text form of amounts such as "100m", "64Mi" or "1e3".
// Source: Kubernetes API, apimachinery resource.Quantity. Amounts are exact: a bigint of nano-units.

const SCALES: Readonly<Record<string, bigint>> = {
  n: 1n,
  u: 10n ** 3n,
  m: 10n ** 6n,
  '': 10n ** 9n,
  k: 10n ** 12n,
  M: 10n ** 15n,
  G: 10n ** 18n,
  T: 10n ** 21n,
  P: 10n ** 24n,
  E: 10n ** 27n,
  Ki: 1024n * 10n ** 9n,
  Mi: 1024n ** 2n * 10n ** 9n,
  Gi: 1024n ** 3n * 10n ** 9n,
  Ti: 1024n ** 4n * 10n ** 9n,
  Pi: 1024n ** 5n * 10n ** 9n,
  Ei: 1024n ** 6n * 10n ** 9n,
};
const FORM =
  /^([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:([eE])([+-]?[0-9]{1,3})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?)$/;

/** Nano-units of a quantity, rounded up to a whole nano-unit; undefined when the text is not a quantity. */
export function quantityNanos(text: string | number): bigint | undefined {
  const match = FORM.exec(String(text));
  if (!match) return undefined;
  const [whole = '', fraction = ''] = (match[2] ?? '').split('.');
  let scale = match[3] ? 10n ** 9n : (SCALES[match[5] ?? ''] ?? 1n);
  const exponent = Number(match[4] ?? 0);
  let divisor = 10n ** BigInt(fraction.length);
  if (exponent >= 0) scale *= 10n ** BigInt(exponent);
  else divisor *= 10n ** BigInt(-exponent);
  const scaled = BigInt(whole + fraction || '0') * scale;
  const nanos = (scaled + divisor - 1n) / divisor;
  return match[1] === '-' ? -nanos : nanos;
}

/** Whole units, rounded up (bytes of "64Mi"). Undefined text counts as 0. */
export function quantityUnits(text: string | number | undefined): number {
  const nanos = text === undefined ? 0n : (quantityNanos(text) ?? 0n);
  return Number(nanos > 0n ? (nanos + 10n ** 9n - 1n) / 10n ** 9n : nanos / 10n ** 9n);
}

/** Thousandths, rounded up (milli-CPUs of "0.5"). Undefined text counts as 0. */
export function quantityMillis(text: string | number | undefined): number {
  const nanos = text === undefined ? 0n : (quantityNanos(text) ?? 0n);
  return Number(nanos > 0n ? (nanos + 10n ** 6n - 1n) / 10n ** 6n : nanos / 10n ** 6n);
}

/** "1500m" or "2" for milli-CPUs. */
export function quantityOfMillis(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
}
