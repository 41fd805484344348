// What validation finds: errors on fields, in the form that clients of Kubernetes know (details.causes of a Status).
// Paths are plain text put together where something is wrong.

export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueNotFound'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

export interface FieldError {
  readonly type: FieldErrorType;
  /** "spec.containers[0].name" */
  readonly field: string;
  /** Without the field: 'Invalid value: "A": must be lower case'. */
  readonly message: string;
  readonly badValue?: unknown;
}

function valueText(value: unknown): string {
  if (value === undefined) return 'null';
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

const withDetail = (head: string, detail: string) => (detail ? `${head}: ${detail}` : head);

/** Collects findings in the order in which they are made. */
export class Findings {
  readonly errors: FieldError[] = [];

  required(field: string, detail = ''): void {
    this.errors.push({ type: 'FieldValueRequired', field, message: withDetail('Required value', detail) });
  }

  invalid(field: string, badValue: unknown, detail: string): void {
    const message = withDetail(`Invalid value: ${valueText(badValue)}`, detail);
    this.errors.push({ type: 'FieldValueInvalid', field, message, badValue });
  }

  notSupported(field: string, badValue: unknown, supported: readonly string[]): void {
    const list = [...supported].sort().map((value) => JSON.stringify(value));
    const message = withDetail(
      `Unsupported value: ${valueText(badValue)}`,
      list.length ? `supported values: ${list.join(', ')}` : '',
    );
    this.errors.push({ type: 'FieldValueNotSupported', field, message, badValue });
  }

  duplicate(field: string, badValue: unknown): void {
    this.errors.push({
      type: 'FieldValueDuplicate',
      field,
      message: `Duplicate value: ${valueText(badValue)}`,
      badValue,
    });
  }

  forbidden(field: string, detail: string): void {
    this.errors.push({ type: 'FieldValueForbidden', field, message: withDetail('Forbidden', detail) });
  }

  notFound(field: string, badValue: unknown): void {
    this.errors.push({ type: 'FieldValueNotFound', field, message: `Not found: ${valueText(badValue)}`, badValue });
  }

  /** `max` in bytes; the value itself is left out of the message. */
  tooLong(field: string, max: number): void {
    this.errors.push({
      type: 'FieldValueTooLong',
      field,
      message: `Too long: may not be more than ${max} bytes`,
    });
  }

  tooMany(field: string, count: number, max: number): void {
    this.errors.push({
      type: 'FieldValueTooMany',
      field,
      message: `Too many: ${count}: must have at most ${max} items`,
      badValue: count,
    });
  }
}

/** "spec.x: Required value" */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${error.message}`;
}
