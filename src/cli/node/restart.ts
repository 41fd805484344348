// `node restart`: restarts the nodes of a pair and its witness, one after the other, with everything that they keep.
import { InvalidArgumentError } from 'commander';
import { restartNodes } from '#host';
import { type NodeRestart, WITNESS_NAME } from '#model/site';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

interface RestartOptions extends CommonOptions {
  readonly timeout: number;
}

const DRAIN_SECONDS = 300;
const DRAIN_SECONDS_MAX = 86_400;

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds < 1 || seconds > DRAIN_SECONDS_MAX)
    throw new InvalidArgumentError(`It must be a whole number of seconds from 1 to ${DRAIN_SECONDS_MAX}.`);
  return seconds;
}

const STEPS: Readonly<Record<NodeRestart['step'], string>> = {
  drain: 'its pods go to the other node',
  'hand-over': 'control goes to the other node',
  restart: 'it restarts',
  return: 'it comes back',
};

export function restartText({ left, done, step, waitsFor, ended }: NodeRestart): string {
  if (ended) return ended.how === 'done' ? ended.reason : `stopped: ${ended.reason}`;
  const does = step === 'drain' && left[0] === WITNESS_NAME ? 'its turn comes' : STEPS[step];
  const of = `${done.length + 1} of ${done.length + left.length}`;
  return `${left[0]} (${of}): ${does}${waitsFor === undefined ? '' : `; waits for ${waitsFor}`}`;
}

export function nodeRestartVerb(context: Context): Verb {
  return {
    declaration: declare(
      'restart',
      'restart the nodes one after the other, with everything that they keep; the API and workloads of two replicas go on',
      'holdfast node restart',
    )
      .argument('[name]', 'one node, or the witness; without it all of them, the witness last')
      .option('--timeout <seconds>', 'how long the pods of a node may take to go', secondsOf, DRAIN_SECONDS),
    operation: 'node-restart',
    async run(given, [name]) {
      const options = given as unknown as RestartOptions;
      const ended = await restartNodes({
        data: context.dataOf(options),
        ...(name !== undefined && { name }),
        drainMs: options.timeout * 1000,
        clock: context.clock,
        told: (restart) => context.say(restartText(restart)),
      });
      if (options.json) context.printJson({ done: ended.done, left: ended.left, ...ended.ended });
      return ended.ended?.how === 'done' ? EXIT.done : EXIT.failed;
    },
  };
}
