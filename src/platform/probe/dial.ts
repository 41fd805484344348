// A plain connection to a port of a container, for those who carry bytes to it.
import net from 'node:net';

/** Not connected yet: 'connect' or 'error' tells. */
export function openConnection(to: { host: string; port: number }): net.Socket {
  return net.connect({ host: to.host, port: to.port, allowHalfOpen: true });
}
