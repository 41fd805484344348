// What every command is given: where sites are, how our own programs are started, where to print.
import { Command } from 'commander';
import type { Program } from '#host';
import type { Clock } from '#platform/clock';
import type { ExitCode } from './exit-codes.ts';
import { type Paint, paintFor, type Stream } from './output.ts';

export interface Surroundings {
  readonly out: Stream;
  readonly err: Stream;
  readonly clock: Clock;
  readonly program: Program;
  /** Data folder when --data is not given. */
  readonly defaultData: string;
  /** Data folder of a hub when --data is not given. */
  readonly defaultHubData: string;
  /** The command that a person types, for what to type next and for the systemd unit. */
  readonly command: string;
  readonly noColor: boolean;
  /** Asks the person at the terminal, and gives the line that was typed; absent where nobody sits. */
  ask?(question: string): Promise<string>;
  /** Makes a path absolute. */
  absolute(path: string): string;
}

export interface CommonOptions {
  readonly data?: string;
  readonly json?: boolean;
}

export interface Context extends Surroundings {
  readonly outPaint: Paint;
  readonly errPaint: Paint;
  /** The data folder that these options mean. */
  dataOf(options: CommonOptions): string;
  /** The data folder of a hub that these options mean. */
  hubDataOf(options: CommonOptions): string;
  printJson(document: unknown): void;
  say(text: string): void;
  /** `command` and, for another folder than the usual, `--data DIR`. */
  commandFor(options: CommonOptions, verb: string): string;
}

/** A verb: declares itself, does its work, answers the exit code. */
export interface Verb {
  readonly declaration: Command;
  /** The operation that the guard is asked about before it runs; none for a verb that is not about a site. */
  readonly operation?: string;
  run(options: Record<string, unknown>, args: readonly string[]): Promise<ExitCode>;
}

export function contextOf(surroundings: Surroundings): Context {
  const { out, err, noColor, defaultData } = surroundings;
  const dataOf = (options: CommonOptions): string => surroundings.absolute(options.data ?? defaultData);
  const hubDataOf = (options: CommonOptions): string =>
    surroundings.absolute(options.data ?? surroundings.defaultHubData);
  return {
    ...surroundings,
    hubDataOf,
    outPaint: paintFor(out, { noColor }),
    errPaint: paintFor(err, { noColor }),
    dataOf,
    printJson: (document) => out.write(`${JSON.stringify(document, null, 2)}\n`),
    say: (text) => err.write(`${text}\n`),
    commandFor: (options, verb) =>
      `${surroundings.command} ${verb}${options.data === undefined ? '' : ` --data ${dataOf(options)}`}`,
  };
}

const SITE_DATA = 'data folder of the site (default: /var/lib/holdfast, or $HOLDFAST_DATA)';

/** A command with the common options and an example in its help. */
export function declare(name: string, description: string, example: string, data = SITE_DATA): Command {
  return new Command(name)
    .description(description)
    .option('--data <dir>', data)
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', `\nExample:\n  ${example}`);
}
