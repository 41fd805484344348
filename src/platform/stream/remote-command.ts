// Serves the far end of `kubectl exec`, `attach` and `run -it`: accepts an upgrade in whichever protocol the client
// speaks and hands out plain streams. `finish` says how the command ended and closes in order.
import { type Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Clock } from '#platform/clock';
import { type CommandResult, commandStatusEncode } from './command-status.ts';
import type { CommandStreams } from './command-transport.ts';
import { acceptCommandSpdy } from './remote-command.spdy.ts';
import { acceptCommandWebSocket } from './remote-command.websocket.ts';
import type { TerminalSize } from './terminal-resize.ts';
import { refuseUpgrade, type UpgradeRequest, upgradeKind } from './upgrade.ts';

export interface RemoteCommand {
  /** "v5.channel.k8s.io" and so on; for logs. */
  readonly protocol: string;
  /** Undefined when the request has no stdin. Ends when the client ends it, or goes. */
  readonly stdin?: Readable;
  /** Throws away what is written when the request has none, and when the client is gone. */
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** One listener; sizes that came before it are told at once. */
  onResize(listener: (size: TerminalSize) => void): void;
  /** Resolves when the client is gone, also after `finish`. Never rejects. */
  readonly closed: Promise<void>;
  /** Sends how the command ended after all output, then closes. Once; resolves when the client is gone. */
  finish(result: CommandResult): Promise<void>;
  /** Cuts the connection. */
  destroy(): void;
}

function discard(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

async function ended(stream: Writable): Promise<void> {
  if (!stream.writableEnded) stream.end();
  // A client that has gone does not get its rest; `closed` tells.
  await finished(stream, { readable: false }).catch(() => undefined);
}

/** Accepts, or answers the client with an error and throws WorldError. */
export async function acceptRemoteCommand(
  upgrade: UpgradeRequest,
  streams: CommandStreams,
  options: { readonly clock?: Clock } = {},
): Promise<RemoteCommand> {
  const kind = upgradeKind(upgrade.req);
  if (!kind) refuseUpgrade(upgrade.socket, 400, 'an upgrade to SPDY/3.1 or WebSocket is required');
  const accept = kind === 'spdy' ? acceptCommandSpdy : acceptCommandWebSocket;
  const transport = await accept(upgrade, { ...streams, stderr: streams.stderr && !streams.tty }, options);
  const stdout = transport.stdout ?? discard();
  const stderr = transport.stderr ?? discard();
  return {
    protocol: transport.protocol,
    ...(transport.stdin && { stdin: transport.stdin }),
    stdout,
    stderr,
    onResize: transport.onResize,
    closed: transport.closed,
    async finish(result) {
      await Promise.all([ended(stdout), ended(stderr)]);
      const status = commandStatusEncode(result, { structured: transport.structured });
      if (status) transport.error.write(status);
      await ended(transport.error);
      await transport.close();
    },
    destroy: transport.destroy,
  };
}
