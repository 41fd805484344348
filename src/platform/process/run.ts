// Runs a program to its end, collecting what it prints.
import { spawn } from 'node:child_process';
import { WorldError } from '#base';

export interface RunResult {
  /** Exit code; 128 + signal number when a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Runs `file` with `args`; resolves with its result whatever the exit code.
 * Errors: WorldError `NotFound` when the program is missing, `Unavailable` on time-out (the program is killed). */
export function run(file: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let bytes = 0;
    const collect =
      (into: Buffer[]) =>
      (chunk: Buffer): void => {
        bytes += chunk.length;
        if (bytes <= OUTPUT_BYTES_MAX) into.push(chunk);
      };
    let timedOut = false;
    const timer = options.timeoutMs
      ? setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, options.timeoutMs)
      : undefined;
    child.stdout.on('data', collect(out));
    child.stderr.on('data', collect(err));
    child.stdin.on('error', () => child.stdin.destroy());
    child.on('error', (cause) => {
      clearTimeout(timer);
      reject(
        new WorldError('NotFound', `cannot run ${file}: ${cause.message}`, {
          attempted: 'run a program',
          subject: file,
          cause,
        }),
      );
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (timedOut)
        reject(new WorldError('Unavailable', `${file} did not end within ${options.timeoutMs} ms`, { subject: file }));
      else
        resolve({
          code: code ?? (signal ? 137 : 1),
          stdout: Buffer.concat(out).toString(),
          stderr: Buffer.concat(err).toString(),
        });
    });
    child.stdin.end(options.input);
  });
}

/** Like {@link run}, and an exit code other than 0 is WorldError `Failed` with what the program said. */
export async function runOrThrow(file: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await run(file, args, options);
  if (result.code !== 0) {
    const said = (result.stderr.trim() || result.stdout.trim()).slice(0, 2000);
    throw new WorldError('Failed', `${file} ${args.join(' ')}: exit ${result.code}: ${said}`, {
      attempted: 'run a program',
      subject: file,
    });
  }
  return result.stdout;
}
