// A one-way stream of bytes to a client that asked by WebSocket (logs): every chunk is one message.
// Source: Kubernetes binary.k8s.io and base64.binary.k8s.io subprotocols; without one, messages are text.
import { Writable } from 'node:stream';
import { type Clock, systemClock } from '#platform/clock';
import { WAIT_MS_MAX } from './limits.ts';
import type { UpgradeRequest } from './upgrade.ts';
import { acceptWebSocket } from './websocket.ts';

export interface OneWayStream {
  /** Ending it closes the socket in order. */
  readonly output: Writable;
  readonly closed: Promise<void>;
}

export async function acceptOneWayStream(
  upgrade: UpgradeRequest,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<OneWayStream> {
  const { socket, protocol } = await acceptWebSocket(upgrade, ['binary.k8s.io', 'base64.binary.k8s.io', '']);
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  const base64 = protocol.startsWith('base64');
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (base64) socket.send(chunk.toString('base64'), { binary: false }, done);
      else socket.send(chunk, { binary: protocol !== '' }, done);
    },
    final(done) {
      socket.close(1000);
      const cut = clock.after(WAIT_MS_MAX.linger, () => socket.terminate(), { background: true });
      void closed.then(() => cut.cancel());
      done();
    },
  });
  output.on('error', () => undefined);
  void closed.then(() => output.destroy());
  return { output, closed };
}
