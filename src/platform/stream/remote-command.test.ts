// Every protocol of remote command against the fixture's child processes: our own client and hand-made WebSockets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { openRemoteCommand } from './remote-command.client.ts';
import { type StreamFixture, streamFixture } from './stream.fixture.ts';

let fixture: StreamFixture;
before(async () => {
  fixture = await streamFixture();
});
after(async () => {
  await fixture.stop();
});

async function text(stream: AsyncIterable<Buffer> | undefined): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of stream ?? []) parts.push(part);
  return Buffer.concat(parts).toString();
}

function execPath(command: readonly string[], streams: string): string {
  const query = command.map((word) => `command=${encodeURIComponent(word)}`).join('&');
  return `/api/v1/namespaces/default/pods/p/exec?${query}&${streams}`;
}

describe('our client over SPDY', () => {
  it('runs a command with separate output and its exit code', async () => {
    const path = execPath(['sh', '-c', 'echo out; echo err >&2; exit 7'], 'stdout=true&stderr=true');
    const running = await openRemoteCommand(fixture.url + path, {
      tty: false,
      stdin: false,
      stdout: true,
      stderr: true,
    });
    const [out, err, result] = await Promise.all([text(running.stdout), text(running.stderr), running.result]);
    assert.deepEqual([out, err, result], ['out\n', 'err\n', { exitCode: 7 }]);
  });
  it('ends stdin without ending the command, and loses no byte', async () => {
    const path = execPath(['cat'], 'stdin=true&stdout=true');
    const running = await openRemoteCommand(fixture.url + path, {
      tty: false,
      stdin: true,
      stdout: true,
      stderr: false,
    });
    const sent = 'line\n'.repeat(200_000);
    running.stdin?.end(sent);
    assert.equal(await text(running.stdout), sent);
    assert.deepEqual(await running.result, { exitCode: 0 });
  });
  it('says what went wrong', async () => {
    const path = execPath(['/no/such/program'], 'stdout=true');
    const running = await openRemoteCommand(fixture.url + path, {
      tty: false,
      stdin: false,
      stdout: true,
      stderr: false,
    });
    assert.match(JSON.stringify(await running.result), /ENOENT/);
  });
  it('ends with its streams when the client leaves', async () => {
    const streams = { tty: false, stdin: true, stdout: true, stderr: false };
    const path = execPath(['sh', '-c', 'echo begun; cat'], 'stdin=true&stdout=true');
    const running = await openRemoteCommand(fixture.url + path, streams);
    assert.ok(running.stdout);
    const [begun] = await once(running.stdout, 'data');
    assert.equal(String(begun), 'begun\n');
    running.destroy();
    await Promise.all([once(running.stdout, 'close'), running.result]);
  });
  it('fails by name when nobody is there', async () => {
    const streams = { tty: false, stdin: false, stdout: true, stderr: false };
    await assert.rejects(openRemoteCommand('http://127.0.0.1:1/x', streams), { code: 'Unavailable' });
  });
});

describe('WebSocket subprotocols', () => {
  /** Runs `cat` by one subprotocol, sends a line, ends stdin as the protocol can; answers output and status text. */
  const talk = (protocol: string): Promise<{ out: string; status: string }> =>
    new Promise((resolve, reject) => {
      const base64 = protocol.includes('base64');
      const path = execPath(['sh', '-c', 'read line; echo "got $line"; exit 3'], 'stdin=true&stdout=true');
      const socket = new WebSocket(fixture.url.replace('http', 'ws') + path, [protocol]);
      const got = ['', '', '', ''];
      socket.on('open', () => {
        if (base64) socket.send(`0${Buffer.from('hi\n').toString('base64')}`);
        else socket.send(Buffer.from('\0hi\n'));
      });
      socket.on('message', (data: Buffer) => {
        const channel = base64 ? Number(String.fromCharCode(data[0] ?? 0)) : (data[0] ?? 0);
        got[channel] += base64
          ? Buffer.from(data.toString('latin1', 1), 'base64').toString()
          : data.toString('utf8', 1);
      });
      socket.on('error', reject);
      socket.on('close', () => resolve({ out: got[1] ?? '', status: got[3] ?? '' }));
    });
  for (const [protocol, status] of [
    ['v5.channel.k8s.io', /"reason":"ExitCode","message":"3"/],
    ['v4.channel.k8s.io', /"reason":"ExitCode","message":"3"/],
    ['v4.base64.channel.k8s.io', /"reason":"ExitCode","message":"3"/],
    ['channel.k8s.io', /^command terminated with non-zero exit code: 3$/],
    ['base64.channel.k8s.io', /^command terminated with non-zero exit code: 3$/],
  ] as const)
    it(protocol, async () => {
      const answer = await talk(protocol);
      assert.equal(answer.out, 'got hi\n');
      assert.match(answer.status, status);
    });
  it('refuses what it does not speak', async () => {
    await assert.rejects(talk('v9.channel.k8s.io'), /403/);
  });
});
