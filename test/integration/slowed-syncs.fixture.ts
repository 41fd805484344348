// Slows every sync that one process does, and tells how long the syncs of a program take meanwhile: at least as long, if each waits
// for one of that process.
import { spawn } from 'node:child_process';
import { runOrThrow } from '#platform/process';
import { until } from './volumes.fixture.ts';

const SYNCS = 6;

const PROGRAM = `
const fs = require('node:fs');
const file = fs.openSync(process.argv[1], 'w');
for (let i = 0; i < ${SYNCS}; i++) {
  fs.writeSync(file, 'x'.repeat(5000));
  const before = performance.now();
  fs.fsyncSync(file);
  console.log(performance.now() - before);
}`;

/** How long each sync of `file` took, in milliseconds, while those of process `pid` end so much later than they would. */
export async function syncsWhileSlowed(of: { file: string; pid: number; byMs: number }): Promise<number[]> {
  const calls = 'fsync,fdatasync';
  const slow = [`trace=${calls}`, `inject=${calls}:delay_exit=${of.byMs * 1000}`, 'signal=none'];
  const options = ['-f', '-o', '/dev/null', ...slow.flatMap((one) => ['-e', one]), '-p', `${of.pid}`];
  const tracer = spawn('strace', options, { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = new Promise((resolve) => tracer.once('exit', resolve));
  let said = '';
  tracer.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  try {
    await until(`strace follows process ${of.pid}`, () => said.includes('attached'));
    const told = await runOrThrow(process.execPath, ['-e', PROGRAM, of.file]);
    return told.trim().split('\n').map(Number);
  } finally {
    tracer.kill('SIGINT');
    await gone;
  }
}
