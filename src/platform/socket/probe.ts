// Finds out whether somebody listens.
import net from 'node:net';

/** True when a unix socket accepts a connection. */
export function canConnect(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ path });
    const answer = (connected: boolean) => (): void => {
      socket.destroy();
      resolve(connected);
    };
    socket.once('connect', answer(true));
    socket.once('error', answer(false));
  });
}
