// Writes a quantity in its one canonical form, so that equal amounts are equal text ("0.5" is "500m", "1024Mi" is "1Gi").
// Source: Kubernetes API, apimachinery resource.Quantity, canonical form.
import { quantityNanos } from '#base';

const UNIT = 10n ** 9n;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
/** Up to three digits before a suffix cannot be shortened further. */
const SURELY_CANONICAL = /^(0|[1-9][0-9]{0,2}(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti)?)$/;

function binaryText(units: bigint): string {
  let rest = units;
  let scale = 0;
  while (scale < BINARY.length - 1 && rest % 1024n === 0n) {
    rest /= 1024n;
    scale++;
  }
  return `${rest}${BINARY[scale]}`;
}

function decimalParts(nanos: bigint): { digits: bigint; scale: number } {
  let digits = nanos;
  let scale = 0;
  while (scale < DECIMAL.length - 1 && digits % 1000n === 0n) {
    digits /= 1000n;
    scale++;
  }
  return { digits, scale };
}

/** The canonical text; undefined when the text is not a quantity. */
export function canonicalQuantity(text: string | number): string | undefined {
  if (typeof text === 'string' && SURELY_CANONICAL.test(text)) return text;
  const nanos = quantityNanos(text);
  if (nanos === undefined) return undefined;
  if (nanos === 0n) return '0';
  const written = String(text);
  const size = nanos < 0n ? -nanos : nanos;
  if (written.endsWith('i') && size >= 1024n * UNIT && nanos % UNIT === 0n) return binaryText(nanos / UNIT);
  const { digits, scale } = decimalParts(nanos);
  if (!/[eE][+-]?[0-9]/.test(written)) return `${digits}${DECIMAL[scale]}`;
  const exponent = (scale - 3) * 3;
  return exponent === 0 ? String(digits) : `${digits}e${exponent}`;
}
