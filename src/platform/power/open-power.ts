// Asks a node's management controller, by the programs that Debian has for it.
import { messageOf, WorldError } from '#base';
import { type Clock, systemClock } from '#platform/clock';
import { PROGRAM_PATH, run } from '#platform/process';
import { type PowerAction, powerCommand, powerStateIn } from './commands.plan.ts';
import type { Power, PowerController } from './contract.ts';
import { ASK_MS_MAX, CUT_MS_MAX } from './limits.ts';

/** Between two looks whether the power is off. */
const LOOK_MS = 500;

export interface PowerOptions {
  /** From the order to the power being off; absent: twenty seconds. */
  readonly cutMs?: number;
  readonly clock?: Clock;
}

export function openPower(controller: PowerController, options: PowerOptions = {}): Power {
  const { cutMs = CUT_MS_MAX, clock = systemClock } = options;
  const { address, password, kind } = controller;
  const failed = (what: string, said: string): WorldError =>
    new WorldError('Unavailable', `${what} at ${address}: ${said.trim().replaceAll(password || '\0', '(hidden)')}`, {
      attempted: 'ask a management controller',
      subject: address,
    });

  async function ask(action: PowerAction): Promise<string> {
    const { program, from, args, env, input } = powerCommand(controller, action, cutMs);
    const timeoutMs = ASK_MS_MAX + (action === 'off' ? cutMs : 0);
    try {
      const result = await run(program, args, { input, timeoutMs, env: { PATH: PROGRAM_PATH, LANG: 'C', ...env } });
      // Asked for the state, an agent ends with 2 when it is off.
      if (result.code === 0 || action === 'status') return `${result.stdout}\n${result.stderr}`;
      throw failed(`the power cannot be cut`, result.stderr || result.stdout);
    } catch (error) {
      if (!(error instanceof WorldError) || error.code !== 'NotFound') throw error;
      const cure = `apt-get install --no-install-recommends ${from}`;
      throw new WorldError('NotFound', messageOf(error), {
        attempted: 'ask a management controller',
        cure,
        cause: error,
      });
    }
  }

  async function state(): Promise<'on' | 'off'> {
    const printed = await ask('status');
    const seen = powerStateIn(kind, printed);
    if (seen !== undefined) return seen;
    throw failed('it is not known whether the power is on', printed.slice(0, 500));
  }

  return {
    state,
    cut: async () => {
      const deadlineMs = clock.monotonicMs() + cutMs;
      await ask('off');
      while ((await state()) !== 'off') {
        if (clock.monotonicMs() > deadlineMs) throw failed('the power is still on', 'it was told to be off');
        await clock.sleep(LOOK_MS);
      }
    },
  };
}
