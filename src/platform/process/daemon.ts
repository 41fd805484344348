// Starts a program that outlives us: its own session, output to a file, optionally in a network namespace.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';
import { WorldError } from '#base';
import { identityOf, type ProcessIdentity } from './identity.ts';

export interface DaemonOptions {
  readonly argv: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Output is appended here. */
  readonly logFile: string;
  /** Path of a network namespace to run in. */
  readonly networkNamespace?: string;
  /** Its standard input stays open while this process lives, and ends with it. */
  readonly lifeline?: boolean;
}

export interface Daemon {
  readonly identity: ProcessIdentity;
  /** How it ended; only while the process that started it lives. */
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
}

/** Errors: WorldError `NotFound` when the program cannot be run, `Failed` when it ended at once. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  fs.mkdirSync(path.dirname(options.logFile), { recursive: true, mode: 0o700 });
  const log = fs.openSync(options.logFile, 'a', 0o600);
  const inside = options.networkNamespace ? ['nsenter', `--net=${options.networkNamespace}`, '--'] : [];
  const [file = '', ...args] = [...inside, ...options.argv];
  try {
    const child = spawn(file, args, {
      cwd: '/',
      detached: true,
      env: { ...options.env },
      stdio: [options.lifeline ? 'pipe' : 'ignore', log, log],
    });
    child.stdin?.on('error', () => child.stdin?.destroy());
    if (child.stdin instanceof Socket) child.stdin.unref();
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
      child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) =>
        reject(new WorldError('NotFound', `cannot run ${file}: ${cause.message}`, { subject: file, cause })),
      );
    });
    child.unref();
    const identity = identityOf(child.pid ?? 0);
    if (!identity) {
      const { code, signal } = await ended;
      const how = signal ? `killed by ${signal}` : `exit code ${code}`;
      throw new WorldError('Failed', `${file} ended at once (${how}); see ${options.logFile}`, { subject: file });
    }
    return { identity, ended };
  } finally {
    fs.closeSync(log);
  }
}
