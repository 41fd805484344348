// When a container runtime is started, and what is asked of it before.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { systemClock } from '#platform/clock';
import { fakeCri } from '#platform/cri';
import { testFolder } from '#platform/process';
import { lazyRuntime } from './runtime.ts';

test('a runtime is started once, by the first who needs it, and lists nothing before', async () => {
  const folder = testFolder('agent');
  const socket = path.join(folder, 'runtime.sock');
  const server = net.createServer((connection) => connection.destroy());
  try {
    let starts = 0;
    const cri = fakeCri({ clock: systemClock });
    await cri.imagePull('a');
    let hints = 0;
    const runtime = lazyRuntime({
      cri,
      socket,
      clock: systemClock,
      ensure: async () => {
        starts++;
        await new Promise<void>((resolve) => server.listen(socket, resolve));
      },
    });
    const heard = runtime.cri.hints(() => hints++);
    assert.equal(await runtime.look(), false);
    assert.deepEqual(await runtime.cri.imageList(), []);
    await Promise.all([runtime.need(), runtime.need()]);
    assert.equal(starts, 1);
    assert.equal(runtime.isUsed, true);
    assert.equal((await runtime.cri.imageList()).length, 1);
    const id = await runtime.cri.sandboxRun({ metadata: { name: 'p' } } as never);
    cri.exit(
      await runtime.cri.containerCreate(id, { metadata: { name: 'c' }, image: { image: 'a' } } as never, {} as never),
      0,
    );
    assert.equal(hints, 1, 'what happens is told once the runtime is used');
    heard.close();
  } finally {
    server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

test('a runtime that runs already is used without being started', async () => {
  const folder = testFolder('agent');
  const socket = path.join(folder, 'runtime.sock');
  const server = net.createServer((connection) => connection.destroy());
  try {
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const ensure = (): Promise<void> => assert.fail('it runs');
    const runtime = lazyRuntime({ cri: fakeCri({ clock: systemClock }), socket, clock: systemClock, ensure });
    assert.equal(await runtime.look(), true);
    await runtime.need();
  } finally {
    server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
});
