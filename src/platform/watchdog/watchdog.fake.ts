// A watchdog in memory: remembers what it was told, and fires when a test says that its deadline has passed.
import { WorldError } from '#base';
import type { Watchdog, WatchdogOrder, WatchdogState, WatchdogTargets } from './contract.ts';

export interface FakeWatchdog extends Watchdog {
  readonly orders: WatchdogOrder[];
  targets: WatchdogTargets | undefined;
  /** False: it cannot be reached. */
  reachable: boolean;
  /** What is left in its groups. */
  clean: boolean;
  /** Its deadline passes. */
  runOut(): void;
}

export function fakeWatchdog(): FakeWatchdog {
  const orders: WatchdogOrder[] = [];
  let times = 0;
  let held: Pick<WatchdogState, 'state' | 'untilMs' | 'id'> = { state: 'disarmed' };
  const told = (order: WatchdogOrder): void => {
    orders.push(order);
    if (order.do === 'disarm') held = { state: 'disarmed' };
    if (order.do === 'fire') fake.runOut();
    if (order.do !== 'arm') return;
    const { until, id } = order;
    held = until === 'unbounded' ? { state: 'holding', id } : { state: 'armed', untilMs: until, id };
  };
  const fake: FakeWatchdog = {
    orders,
    targets: undefined,
    reachable: true,
    clean: true,
    arm: (until, id) => told({ do: 'arm', until, id }),
    fire: () => told({ do: 'fire' }),
    disarm: () => told({ do: 'disarm' }),
    aim: (targets) => {
      fake.targets = targets;
    },
    get follows() {
      return fake.reachable ? orders.at(-1) : undefined;
    },
    state: async () => {
      if (!fake.reachable) throw new WorldError('Unavailable', 'the watchdog does not answer: told not to');
      return { ...held, fired: { times, killed: 0, aborted: 0, linksDown: 0 }, clean: fake.clean, realTime: true };
    },
    runOut: () => {
      if (held.state !== 'fired') times++;
      held = { ...held, state: 'fired' };
      fake.clean = true;
    },
    close: () => undefined,
  };
  return fake;
}
