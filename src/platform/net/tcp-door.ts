// A door: TCP connections to one address are carried to another, byte for byte, with half-closed connections kept open.
import net from 'node:net';
import { systemCodeOf, WorldError } from '#base';

export interface TcpEnd {
  readonly host: string;
  readonly port: number;
}

export interface TcpDoor {
  readonly port: number;
  close(): Promise<void>;
}

function join(from: net.Socket, to: net.Socket): void {
  from.pipe(to);
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroySoon());
}

/** Errors: WorldError `Conflict` when the port is taken, `Invalid` when the address is not this machine's. */
export function openTcpDoor(listen: TcpEnd, target: TcpEnd): Promise<TcpDoor> {
  const open = new Set<net.Socket>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (outer) => {
    const inner = net.connect({ ...target, allowHalfOpen: true, noDelay: true });
    for (const socket of [outer, inner]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    }
    join(outer, inner);
    join(inner, outer);
  });
  const at = `${listen.host}:${listen.port}`;
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const code = systemCodeOf(cause);
      if (code === 'EADDRNOTAVAIL')
        reject(
          new WorldError('Invalid', `${listen.host} is no address of this machine`, {
            attempted: 'open a door',
            subject: at,
            cure: 'give --address an address that `ip address` shows',
            cause,
          }),
        );
      else
        reject(
          new WorldError('Conflict', `${at} is in use by another program`, {
            attempted: 'open a door',
            subject: at,
            cure: 'end that program, or use --ports auto',
            cause,
          }),
        );
    });
    server.listen({ ...listen, exclusive: true }, () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : listen.port,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            for (const socket of open) socket.destroy();
          }),
      });
    });
  });
}
