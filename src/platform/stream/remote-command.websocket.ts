// Remote command over WebSocket: channels 0 stdin, 1 stdout, 2 stderr, 3 error, 4 resize.
// The unversioned protocol has a text error channel; v4 a Status; v5 lets the client end stdin.
import type { Writable } from 'node:stream';
import type { Clock } from '#platform/clock';
import type { CommandStreams, CommandTransport } from './command-transport.ts';
import { resizeReader } from './terminal-resize.ts';
import type { UpgradeRequest } from './upgrade.ts';
import { acceptWebSocket } from './websocket.ts';
import { channelSocket } from './websocket-channels.ts';

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;
const PROTOCOLS = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
  '',
];

export async function acceptCommandWebSocket(
  upgrade: UpgradeRequest,
  streams: CommandStreams,
  options: { readonly clock?: Clock },
): Promise<CommandTransport> {
  const { socket, protocol } = await acceptWebSocket(upgrade, PROTOCOLS);
  const channels = channelSocket(socket, {
    base64: protocol.includes('base64'),
    halfClose: protocol.startsWith('v5.'),
    ...options,
  });
  const resizes = resizeReader();
  channels.onMessage(CHANNEL.resize, resizes.push);
  const stdin = streams.stdin ? channels.readable(CHANNEL.stdin) : undefined;
  const writable = (has: boolean, channel: number): Writable | undefined =>
    has ? channels.writable(channel) : undefined;
  const stdout = writable(streams.stdout, CHANNEL.stdout);
  const stderr = writable(streams.stderr, CHANNEL.stderr);
  const error = channels.writable(CHANNEL.error);
  // An empty message tells the client that the command is reached; clients wait for it before they send.
  (stdout ?? stderr ?? error).write(Buffer.alloc(0));
  return {
    protocol,
    structured: /^v[45]\./.test(protocol),
    ...(stdin && { stdin }),
    ...(stdout && { stdout }),
    ...(stderr && { stderr }),
    error,
    onResize: resizes.listen,
    closed: channels.closed,
    close: channels.close,
    destroy: channels.destroy,
  };
}
