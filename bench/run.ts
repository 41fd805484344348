// Runs benchmark programs one after the other, each in a process of its own, and prints their documents as one.
//   npm run bench                                    all but the slow ones
//   npm run bench -- kube-load idle                  these
//   npm run bench -- kube-load --only create --n 50  one, with options of its own
import { spawn } from 'node:child_process';
import path from 'node:path';
import { failover } from './failover.ts';
import { type Bench, progress } from './harness/bench.ts';
import { hub } from './hub.ts';
import { idle } from './idle.ts';
import { kubeLoad } from './kube-load.ts';
import { noisyNeighbour } from './noisy-neighbour.ts';
import { podStart } from './pod-start.ts';
import { siteStart } from './site-start.ts';
import { store } from './store.ts';

const BENCHES: readonly Pick<Bench, 'name' | 'about' | 'slow'>[] = [
  store,
  kubeLoad,
  siteStart,
  podStart,
  idle,
  noisyNeighbour,
  failover,
  hub,
];

/** The document that the program printed; undefined when it failed, which it has told on stderr. */
function measured(name: string, args: readonly string[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const file = path.join(import.meta.dirname, `${name}.ts`);
    const child = spawn(process.execPath, [...process.execArgv, file, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 ? JSON.parse(Buffer.concat(output).toString()) : undefined));
    // A program that is told to stop removes its site first; this one waits for it.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const pass = (): boolean => child.kill(signal);
      process.on(signal, pass);
      child.on('close', () => process.off(signal, pass));
    }
  });
}

function usage(): void {
  progress('usage: npm run bench -- [NAME...] [options of the one that is named]\n');
  for (const { name, about, slow } of BENCHES)
    progress(`  ${name.padEnd(16)} ${about}${slow ? ' (only when named)' : ''}`);
}

async function main(args: readonly string[]): Promise<void> {
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  const names = firstOption < 0 ? args : args.slice(0, firstOption);
  const options = firstOption < 0 ? [] : args.slice(firstOption);
  const unknown = names.filter((name) => !BENCHES.some((one) => one.name === name));
  if (unknown.length > 0 || (options.length > 0 && names.length !== 1)) {
    usage();
    process.exitCode = options[0] === '--help' ? 0 : 2;
    return;
  }
  const chosen = names.length > 0 ? names : BENCHES.filter(({ slow }) => !slow).map(({ name }) => name);
  const documents: unknown[] = [];
  for (const name of chosen) {
    progress(`== ${name}`);
    const document = await measured(name, options);
    if (document === undefined) process.exitCode = 1;
    else documents.push(document);
  }
  process.stdout.write(`${JSON.stringify({ benches: documents }, null, 2)}\n`);
}

if (import.meta.main) await main(process.argv.slice(2));
