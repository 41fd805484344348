// Remote command over SPDY/3.1: each stream is a SPDY stream that names itself in the header `streamtype`.
// Versions: none and v1 to v2 have a text error stream, v3 adds resize, v4 a Status on the error stream, v5 is v4 here.
import { WorldError } from '#base';
import { systemClock } from '#platform/clock';
import type { CommandStreams, CommandTransport } from './command-transport.ts';
import { WAIT_MS_MAX } from './limits.ts';
import { spdyConnection } from './spdy-connection.ts';
import type { SpdyStream } from './spdy-stream.ts';
import { resizeReader } from './terminal-resize.ts';
import { acceptSpdy, type UpgradeRequest } from './upgrade.ts';

const VERSIONS = ['v5', 'v4', 'v3', 'v2'].map((version) => `${version}.channel.k8s.io`);
const FIRST_VERSION = 'channel.k8s.io';

function wanted(protocol: string, streams: CommandStreams): ReadonlySet<string> {
  const names = ['error'];
  if (streams.stdin) names.push('stdin');
  if (streams.stdout) names.push('stdout');
  if (streams.stderr) names.push('stderr');
  if (streams.tty && /^v[345]\./.test(protocol)) names.push('resize');
  return new Set(names);
}

export async function acceptCommandSpdy(
  upgrade: UpgradeRequest,
  streams: CommandStreams,
  { clock = systemClock },
): Promise<CommandTransport> {
  const protocol = acceptSpdy(upgrade, [...VERSIONS, FIRST_VERSION], FIRST_VERSION);
  const names = wanted(protocol, streams);
  const got = new Map<string, SpdyStream>();
  const complete = Promise.withResolvers<void>();
  const connection = spdyConnection(upgrade.socket, {
    side: 'server',
    clock,
    onStream(stream) {
      const name = stream.headers.streamtype ?? '';
      if (!names.has(name) || got.has(name)) throw new WorldError('Invalid', `no stream "${name}" is expected`);
      got.set(name, stream);
      if (got.size === names.size) complete.resolve();
    },
  });
  const late = clock.after(WAIT_MS_MAX.streamsOpen, () =>
    complete.reject(new WorldError('Unavailable', 'the client did not open its streams in time')),
  );
  const lost = connection.closed.then(() => complete.reject(new WorldError('Unavailable', 'the client went away')));
  try {
    await Promise.race([complete.promise, lost.then(() => complete.promise)]);
  } catch (thrown) {
    connection.destroy();
    throw thrown;
  } finally {
    late.cancel();
  }
  const resizes = resizeReader();
  got.get('resize')?.on('data', resizes.push);
  for (const name of ['stdout', 'stderr', 'error']) got.get(name)?.resume();
  const part = (name: string): SpdyStream | undefined => got.get(name);
  return {
    protocol,
    structured: /^v[45]\./.test(protocol),
    stdin: part('stdin'),
    stdout: part('stdout'),
    stderr: part('stderr'),
    error: part('error') as SpdyStream,
    onResize: resizes.listen,
    closed: connection.closed,
    async close() {
      part('stdin')?.resume();
      await connection.close();
    },
    destroy: () => connection.destroy(),
  };
}
