// A site of its own for one measurement, through the command line alone, and gone when the measurement ends in whatever way.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { testFolder } from '#platform/process';
import { onStop, progress } from './bench.ts';
import { HOME } from './environment.ts';
import { readKubeconfig, type Target } from './kubeconfig.ts';

export interface SiteStatusSeen {
  readonly phase: string;
  readonly machines: readonly {
    readonly name: string;
    readonly role: string;
    readonly cpus: number;
    readonly memoryBytes: number;
  }[];
  readonly processes: readonly { readonly name: string; readonly pid: number; readonly node: string }[];
}

export interface BenchSite {
  readonly data: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly target: Target;
  /** Runs a command of `holdfast` on this site. Errors: an exit code other than 0, with what it said. */
  holdfast(...args: string[]): Promise<string>;
  status(): Promise<SiteStatusSeen>;
  /** How long the first `up` took, making the site included. */
  readonly firstUpMs: number;
}

/** Of one command; bringing up a site for the first time on a slow disk is the longest. */
const COMMAND_TIMEOUT_MS = 300_000;
/** A measurement must leave nothing behind; what failed once is told, and done again. */
const DESTROY_ATTEMPTS = 3;
/** Of each process, told when a site does not come up. */
const LOG_LINES = 20;

function holdfast(data: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(HOME, 'holdfast'), [...args, '--data', data], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: COMMAND_TIMEOUT_MS,
      // An interrupt from the keyboard is for the program alone: it still needs its commands to clear up.
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text: Buffer) => {
      stdout += text;
    });
    child.stderr.on('data', (text: Buffer) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`holdfast ${args.join(' ')}: exit ${code}: ${stderr.trim().slice(-2000)}`));
    });
  });
}

/** What the site's processes said last; the site is about to go. */
function tellLogs(data: string): void {
  const folder = path.join(data, 'logs');
  if (!fs.existsSync(folder)) return;
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith('.log'))) {
    const lines = fs.readFileSync(path.join(folder, file), 'utf8').trimEnd().split('\n').slice(-LOG_LINES);
    progress(`-- ${file}\n${lines.join('\n')}`);
  }
}

const isThere = (data: string): boolean =>
  ['site.json', 'lab.json'].some((file) => fs.existsSync(path.join(data, file)));

/** The first call does it, every other waits for the same end. */
function once(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= act();
    return running;
  };
}

/** Errors: whatever `use` threw; also when the site could not be removed, with the command that does it. */
export async function withSite<T>(upArgs: readonly string[], use: (site: BenchSite) => Promise<T>): Promise<T> {
  const data = testFolder('bench');
  const run = (...args: string[]): Promise<string> => holdfast(data, args);
  const remove = once(async (): Promise<void> => {
    try {
      for (let attempt = 1; isThere(data); attempt++)
        await run('destroy', '--yes').catch((error: unknown) => {
          if (attempt === DESTROY_ATTEMPTS) throw error;
          progress(String(error));
        });
      fs.rmSync(data, { recursive: true, force: true });
    } catch (error) {
      progress(`the site is still there; remove it with: ./holdfast destroy --yes --data ${data}`);
      throw error;
    }
  });
  const release = onStop(remove);
  try {
    progress(`bringing up a site in ${data}`);
    const startMs = performance.now();
    await run('up', '--ports', 'auto', ...upArgs).catch((error: unknown) => {
      tellLogs(data);
      throw error;
    });
    const firstUpMs = performance.now() - startMs;
    const kubeconfig = (await run('kubeconfig', '--path')).trim();
    return await use({
      data,
      kubeconfig,
      target: readKubeconfig(kubeconfig),
      holdfast: run,
      status: async () => JSON.parse(await run('status', '--json')) as SiteStatusSeen,
      firstUpMs,
    });
  } finally {
    release();
    progress('removing the site');
    await remove();
  }
}
