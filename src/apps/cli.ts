// The app `cli`: the command line on this terminal.
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { runCli, type Stream } from '#cli';
import { systemClock } from '#platform/clock';
import { programBeside } from './program.ts';

const { HOLDFAST_DATA, HOLDFAST_HUB_DATA, HOLDFAST_HOME, NO_COLOR } = process.env;
const stream = (of: NodeJS.WriteStream): Stream => ({
  write: (text) => void of.write(text),
  isTerminal: of.isTTY === true,
  get columns() {
    return of.isTTY ? of.columns : undefined;
  },
});

// Whoever reads our output may stop reading (`| head`): that is no failure.
process.stdout.on('error', () => process.exit(0));

/** Ctrl-C at the question ends the command, as it does everywhere else. */
async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.on('SIGINT', () => process.exit(130));
  // An input that ends has answered nothing.
  const ended = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  const answer = await Promise.race([lines.question(question), ended]);
  lines.close();
  return answer;
}

const { exitCode } = await runCli(
  {
    out: stream(process.stdout),
    err: stream(process.stderr),
    clock: systemClock,
    program: programBeside(import.meta.filename),
    defaultData: HOLDFAST_DATA ?? '/var/lib/holdfast',
    defaultHubData: HOLDFAST_HUB_DATA ?? '/var/lib/holdfast-hub',
    command: HOLDFAST_HOME ? path.join(HOLDFAST_HOME, 'holdfast') : 'holdfast',
    noColor: NO_COLOR !== undefined && NO_COLOR !== '',
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask }),
    absolute: (given) => path.resolve(given),
  },
  process.argv.slice(2),
);
process.exitCode = exitCode;
// Nothing keeps the process once both streams are written out, whatever was abandoned (a time-out, a followed file).
await Promise.all(
  [process.stdout, process.stderr].map((of) => new Promise<void>((resolve) => of.write('', () => resolve()))),
);
process.exit();
