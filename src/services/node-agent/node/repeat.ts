// Does something again and again. After a failure it is done again sooner; the first failure of a row is told.
import { type Backoff, backoffDelayMs, messageOf } from '#base';
import type { Timer } from '#platform/clock';
import type { AgentContext } from '../context.ts';

export interface Repetition {
  /** Now, and then in turn. */
  wake(): void;
  stop(): void;
}

/** `act` answers after how long it is to be done again. */
export function repeat(context: AgentContext, name: string, act: () => Promise<number>, retry: Backoff): Repetition {
  const { clock, log } = context.options;
  let timer: Timer | undefined;
  let running = false;
  let again = false;
  let stopped = false;
  let failures = 0;
  const turn = async (): Promise<void> => {
    running = true;
    let afterMs: number;
    try {
      afterMs = await act();
      if (failures > 0) log.info(`${name}: done again`, { failures });
      failures = 0;
    } catch (error) {
      if (!stopped) log[failures === 0 ? 'warn' : 'debug'](`${name}: not done`, { error: messageOf(error) });
      afterMs = backoffDelayMs(retry, failures++);
    }
    running = false;
    if (stopped) return;
    timer = clock.after(again ? 0 : afterMs, () => void turn(), { background: true });
    again = false;
  };
  void turn();
  return {
    wake: () => {
      if (running) again = true;
      else {
        timer?.cancel();
        void turn();
      }
    },
    stop: () => {
      stopped = true;
      timer?.cancel();
    },
  };
}
