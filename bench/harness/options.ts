// Options of a benchmark program, declared as data: reading them, refusing unknown ones, and telling what there is.
import { parseArgs } from 'node:util';

export interface OptionDeclaration {
  /** Its type is the type of the option: a number, a text, or a switch. */
  readonly default: number | string | boolean;
  readonly means: string;
}

export type OptionTable = Readonly<Record<string, OptionDeclaration>>;

type Widened<T> = T extends number ? number : T extends boolean ? boolean : string;
export type OptionsOf<T extends OptionTable> = { readonly [K in keyof T]: Widened<T[K]['default']> };

/** What the person who called it got wrong. */
export class UsageError extends Error {}

function readValue(name: string, declared: OptionDeclaration, given: string | boolean | undefined) {
  if (given === undefined || typeof declared.default !== 'number') return given ?? declared.default;
  const value = Number(given);
  if (given === '' || !Number.isFinite(value) || value < 0)
    throw new UsageError(`--${name} must be a number, not ${given}`);
  return value;
}

/** Errors: UsageError for an unknown option or a value that is none. */
export function readOptions<const T extends OptionTable>(table: T, args: readonly string[]): OptionsOf<T> {
  const declared = Object.entries(table);
  const asParsed = declared.map(([name, option]): [string, { type: 'boolean' | 'string' }] => [
    name,
    { type: typeof option.default === 'boolean' ? 'boolean' : 'string' },
  ]);
  const parse = () => {
    try {
      return parseArgs({ args: [...args], options: Object.fromEntries(asParsed), strict: true }).values;
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    }
  };
  const given = parse();
  return Object.fromEntries(
    declared.map(([name, option]) => [name, readValue(name, option, given[name])]),
  ) as unknown as OptionsOf<T>;
}

export function optionsHelp(table: OptionTable): string {
  return Object.entries(table)
    .map(([name, { default: value, means }]) => {
      const usual = value === '' || typeof value === 'boolean' ? '' : ` (${value})`;
      return `  --${name.padEnd(16)} ${means}${usual}\n`;
    })
    .join('');
}
