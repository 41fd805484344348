// A real hub as a process of its own, made by the command line, whose machine's clock a test moves.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { testFolder } from '#platform/process';
import { eventually, HOME, type Ran, ran } from './site.fixture.ts';

export interface HubProcess {
  readonly folder: string;
  readonly port: number;
  ran(...args: string[]): Promise<Ran>;
  /** What `holdfast hub` prints with --json. Fails with what it said. */
  ask<T>(...args: string[]): Promise<T>;
  /** Writes a kubeconfig through this hub and answers its path. */
  kubeconfig(site: string, user: string, days: number): Promise<string>;
  /** How far its machine's clock stands ahead from now on. */
  setAhead(ms: number): void;
  destroy(): Promise<void>;
}

export async function hubProcess(): Promise<HubProcess> {
  const folder = testFolder('hublife');
  const data = path.join(folder, 'h');
  const ahead = path.join(folder, 'ahead');
  const hub = (...args: string[]): Promise<Ran> => ran(path.join(HOME, 'holdfast'), ['hub', ...args, '--data', data]);
  for (const args of [['up', '--port', '0'], ['down']]) {
    const { code, stderr } = await hub(...args);
    assert.equal(code, 0, stderr);
  }
  fs.writeFileSync(ahead, '0');
  const child = startMoved(data, ahead);
  await eventually('the hub answers', async () => (await hub('status')).code === 0);
  const { port } = JSON.parse(fs.readFileSync(path.join(data, 'hub.json'), 'utf8')) as { port: number };
  const kubeconfig: HubProcess['kubeconfig'] = async (site, user, days) => {
    const made = await hub('kubeconfig', site, '--user', user, '--days', String(days));
    assert.equal(made.code, 0, made.stderr);
    const file = path.join(folder, `${user}.kubeconfig`);
    fs.writeFileSync(file, made.stdout, { mode: 0o600 });
    return file;
  };
  return {
    folder,
    port,
    ran: hub,
    kubeconfig,
    ask: async <T>(...args: string[]) => {
      const { code, stdout, stderr } = await hub(...args, '--json');
      assert.equal(code, 0, `hub ${args.join(' ')}: ${stderr}`);
      return JSON.parse(stdout) as T;
    },
    setAhead: (ms) => {
      fs.writeFileSync(`${ahead}.new`, String(ms));
      fs.renameSync(`${ahead}.new`, ahead);
    },
    destroy: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
      fs.rmSync(folder, { recursive: true });
    },
  };
}

/** The same bundle that `hub up` starts. */
function startMoved(data: string, ahead: string): ChildProcess {
  const preload = path.join(import.meta.dirname, 'moved-clock.preload.ts');
  const log = fs.openSync(path.join(data, 'logs/hub.log'), 'a');
  const args = ['--disable-warning=ExperimentalWarning', '--import', preload];
  const child = spawn(process.execPath, [...args, path.join(HOME, 'dist/hub.mjs'), '--data', data], {
    stdio: ['ignore', log, log],
    env: { ...process.env, MOVED_CLOCK: ahead },
  });
  fs.closeSync(log);
  return child;
}
