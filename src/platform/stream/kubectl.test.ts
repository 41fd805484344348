// Clients that nobody here wrote: the kubectl that the tests are prepared with, and the machine's own where it has one (newer
// ones speak WebSocket by themselves).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type StreamFixture, streamFixture } from './stream.fixture.ts';

const PREPARED = join(import.meta.dirname, '../../../.cache/kubectl-1.20/usr/bin/kubectl');
const OWN = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'kubectl'));

function runs(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const programs = [PREPARED, ...OWN.filter(runs).slice(0, 1)];
let fixture: StreamFixture;
let echo: Server;
before(async () => {
  echo = createServer((socket) => socket.on('error', () => socket.destroy()).pipe(socket));
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
  fixture = await streamFixture({ forwardTo: (echo.address() as { port: number }).port });
});
after(async () => {
  await fixture.stop();
  await new Promise((resolve) => echo.close(resolve));
});

async function text(stream: AsyncIterable<Buffer> | undefined): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream ?? []) parts.push(part);
  return Buffer.concat(parts).toString();
}

for (const program of programs)
  describe(program, () => {
    interface Run {
      readonly code: number | null;
      readonly out: string;
      readonly err: string;
    }
    const kubectl = (words: readonly string[], input = ''): Promise<Run> =>
      new Promise((resolve, reject) => {
        const child = spawn(program, ['--kubeconfig=/dev/null', '-s', fixture.url, ...words]);
        let [out, err] = ['', ''];
        child.stdout.on('data', (part: Buffer) => {
          out += part.toString('latin1');
        });
        child.stderr.on('data', (part: Buffer) => {
          err += part;
        });
        child.on('error', (cause) => reject(new Error(`${program} is missing: sh scripts/prepare.sh test`, { cause })));
        child.on('close', (code) => resolve({ code, out, err }));
        child.stdin.end(input, 'latin1');
      });
    it('exec: output, errors, exit code', async () => {
      const { code, out, err } = await kubectl(['exec', 'p', '--', 'sh', '-c', 'echo hi; echo er >&2; exit 4']);
      assert.deepEqual([code, out], [4, 'hi\n']);
      assert.match(err, /^er\ncommand terminated with exit code 4/);
      assert.match(fixture.protocols.at(-1) ?? '', /^v[45]\.channel\.k8s\.io$/);
    });
    it('exec -i: a megabyte through and back, ended by the end of stdin', async () => {
      const sent = 'zq\xff\0'.repeat(250_000);
      const { code, out } = await kubectl(['exec', '-i', 'p', '--', 'cat'], sent);
      assert.equal(code, 0);
      assert.ok(out === sent);
    });
    it('exec over SPDY when WebSocket is turned off', async () => {
      process.env.KUBECTL_REMOTE_COMMAND_WEBSOCKETS = 'false';
      const { code, out } = await kubectl(['exec', '-i', 'p', '--', 'cat'], 'abc').finally(() => {
        delete process.env.KUBECTL_REMOTE_COMMAND_WEBSOCKETS;
      });
      assert.deepEqual([code, out], [0, 'abc']);
    });
    for (const webSockets of ['true', 'false'])
      it(`port-forward with KUBECTL_PORT_FORWARD_WEBSOCKETS=${webSockets}`, async () => {
        const child = spawn(program, ['--kubeconfig=/dev/null', '-s', fixture.url, 'port-forward', 'pod/p', ':80'], {
          env: { ...process.env, KUBECTL_PORT_FORWARD_WEBSOCKETS: webSockets },
        });
        try {
          const port = await new Promise<number>((resolve, reject) => {
            child.stdout.on('data', (part: Buffer) => {
              const match = /127\.0\.0\.1:([0-9]+)/.exec(part.toString());
              if (match) resolve(Number(match[1]));
            });
            child.on('error', reject);
            child.on('exit', (code) => reject(new Error(`kubectl ended with ${code}`)));
          });
          const sent = 'forward'.repeat(50_000);
          const answers = await Promise.all(
            [1, 2, 3].map(async () => {
              const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
              socket.end(sent);
              return text(socket as AsyncIterable<Buffer>);
            }),
          );
          assert.ok(answers.every((answer) => answer === sent));
        } finally {
          child.removeAllListeners('exit');
          child.kill();
          await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(undefined)));
        }
      });
  });
