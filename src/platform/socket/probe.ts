// Finds out whether somebody listens.
import net from 'node:net';
import type { Clock } from '#platform/clock';

const TRY_EVERY_MS = 20;

/** True when a unix socket accepts a connection. */
export function canConnect(path: string): Promise<boolean> {
  return accepted({ path });
}

/** Tries a TCP address until it accepts a connection (true) or the time is over (false). */
export async function untilConnected(of: {
  host: string;
  port: number;
  withinMs: number;
  clock: Clock;
}): Promise<boolean> {
  const { host, port, withinMs, clock } = of;
  const deadline = clock.monotonicMs() + withinMs;
  while (!(await accepted({ host, port, timeout: withinMs }))) {
    if (clock.monotonicMs() >= deadline) return false;
    await clock.sleep(TRY_EVERY_MS);
  }
  return true;
}

function accepted(to: net.NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(to);
    const answer = (connected: boolean) => (): void => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', answer(true));
    socket.once('error', answer(false));
    socket.once('timeout', answer(false));
  });
}
