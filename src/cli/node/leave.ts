// `node leave`: makes a site of one node out of one of two, while the workloads run.
import { bringUp, leaveLab, READY_TIMEOUT_MS_DEFAULT } from '#host';
import { type CommonOptions, type Context, declare, type Verb } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

interface LeaveOptions extends CommonOptions {
  readonly dead?: boolean;
}

/** Pods are given their time to end, budgets theirs to allow it. */
const LEAVE_TIMEOUT_MS = 600_000;

export function nodeLeaveVerb(context: Context): Verb {
  return {
    declaration: declare(
      'leave',
      'let a node leave the site for good: its pods move to the other, its data is removed, and the witness goes with it',
      'holdfast node leave node-b',
    )
      .argument('<name>', 'the node that leaves')
      .option('--dead', 'it is gone and does not come back: fenced, and not asked any more'),
    operation: 'node-leave',
    async run(given, [name = '']) {
      const options = given as LeaveOptions;
      const { clock } = context;
      const data = context.dataOf(options);
      const tell = (text: string): void => context.say(text);
      const { stays } = await leaveLab({
        ...{ data, name, clock, progress: tell },
        isDead: options.dead === true,
        timeoutMs: LEAVE_TIMEOUT_MS,
      });
      const up = await bringUp({
        ...{ data, wishes: {}, clock, program: context.program },
        timeoutMs: READY_TIMEOUT_MS_DEFAULT,
        progress: ({ text }) => tell(text),
      });
      const ready = up.kind === 'ready';
      if (options.json) context.printJson({ left: name, stays, ready, kubeconfig: up.folders.adminKubeconfig });
      if (ready) tell(`${name} has left; the site is ready on ${stays}`);
      else tell(`${name} has left; ${stays} is not ready yet: look at ${context.commandFor(options, 'status')}`);
      return ready ? EXIT.done : EXIT.notReady;
    },
  };
}
