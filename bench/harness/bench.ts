// The frame of a benchmark program: options in, one JSON document on stdout, progress on stderr. A program that is asked to
// stop unwinds what it made (see `onStop`) before it ends.
import { machineFacts, versions } from './environment.ts';
import { type OptionsOf, type OptionTable, optionsHelp, readOptions, UsageError } from './options.ts';

export interface Bench<T extends OptionTable = OptionTable> {
  /** Also its file's name. */
  readonly name: string;
  readonly about: string;
  readonly options: T;
  /** Left out unless it is named. */
  readonly slow: boolean;
  /** The figures, by name. */
  measure(options: OptionsOf<T>): Promise<Readonly<Record<string, unknown>>>;
}

/** Binds the options' types; nothing else. */
export const bench = <const T extends OptionTable>(declared: Bench<T>): Bench<T> => declared;

export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until `done` says true. Errors: after `timeoutMs`, with what was waited for. */
export async function waitUntil(
  what: string,
  done: () => Promise<boolean> | boolean,
  limits: { timeoutMs: number; pollMs?: number },
): Promise<void> {
  const deadlineMs = performance.now() + limits.timeoutMs;
  while (!(await done())) {
    if (performance.now() > deadlineMs) throw new Error(`waited ${limits.timeoutMs} ms in vain for ${what}`);
    await pause(limits.pollMs ?? 50);
  }
}

/** Runs `act` when the program is told to stop, then ends it. Gives what takes that back. */
export function onStop(act: () => Promise<void>): () => void {
  const stop = (signal: NodeJS.Signals): void => {
    progress(`${signal}: clearing up`);
    void act().finally(() => process.exit(1));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  };
}

/** The whole of a program. Exit codes: 0 measured, 1 failed, 2 wrong usage. */
export async function benchMain<T extends OptionTable>(
  declared: Bench<T>,
  args = process.argv.slice(2),
): Promise<void> {
  if (args.includes('--help')) {
    progress(`${declared.name}: ${declared.about}\n\n${optionsHelp(declared.options)}`);
    return;
  }
  try {
    const options = readOptions(declared.options, args);
    const machine = machineFacts();
    const figures = await declared.measure(options);
    const document = { bench: declared.name, about: declared.about, options, figures, machine, versions: versions() };
    process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } catch (error) {
    progress(`${declared.name} failed: ${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof UsageError) progress(optionsHelp(declared.options));
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
