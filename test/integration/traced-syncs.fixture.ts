// Traces the syncs of a program on a replicated volume, and those of the bricks below it, on one clock.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { run } from '#platform/process';
import { until } from './volumes.fixture.ts';

export const SYNCS = 20;

/** A sync from its call to its return, in seconds. */
interface Sync {
  readonly from: number;
  readonly to: number;
}

const PROGRAM = `
const fs = require('node:fs');
const file = fs.openSync(process.argv[1], 'w');
for (let i = 0; i < ${SYNCS}; i++) { fs.writeSync(file, 'x'.repeat(5000)); fs.fsyncSync(file); }`;

const OPTIONS = ['-f', '-ttt', '-T', '-e', 'trace=fsync,fdatasync', '-e', 'signal=none'];

/** Successful syncs in a trace; one that another thread interrupted in the trace is put together again. */
function syncsIn(file: string): Sync[] {
  const begun = new Map<string, number>();
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line): Sync[] => {
      const [, pid = '', time = '', text = ''] = /^(\d+)\s+(\d+\.\d+)\s+(.*)$/.exec(line) ?? [];
      const at = Number(time);
      if (text.includes('<unfinished ...>')) begun.set(pid, at);
      const tookS = Number(/\) += 0 <(\d+\.\d+)>$/.exec(text)?.[1]);
      if (Number.isNaN(tookS)) return [];
      if (!text.startsWith('<...')) return [{ from: at, to: at + tookS }];
      return [{ from: begun.get(pid) ?? at, to: at }];
    });
}

async function attach(pid: number, trace: string): Promise<ChildProcess> {
  const tracer = spawn('strace', [...OPTIONS, '-o', trace, '-p', `${pid}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  tracer.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(`strace follows process ${pid}`, () => said.includes('attached'));
  return tracer;
}

/** Runs a program that writes to `file` and syncs it, again and again. */
export async function traceSyncs(of: {
  file: string;
  folder: string;
  bricks: readonly number[];
}): Promise<{ client: Sync[]; bricks: Sync[][] }> {
  const traces = of.bricks.map((pid) => path.join(of.folder, `syncs-${pid}`));
  const tracers = await Promise.all(of.bricks.map((pid, index) => attach(pid, traces[index] ?? '')));
  const own = path.join(of.folder, 'syncs-client');
  const { code, stderr } = await run('strace', [...OPTIONS, '-o', own, process.execPath, '-e', PROGRAM, of.file]);
  if (code !== 0) throw new Error(`the traced program failed: ${stderr}`);
  for (const tracer of tracers) {
    const gone = new Promise((resolve) => tracer.once('exit', resolve));
    tracer.kill('SIGINT');
    await gone;
  }
  return { client: syncsIn(own), bricks: traces.map(syncsIn) };
}
