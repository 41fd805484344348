// Runs `ip`. A small runner of its own: one platform room does not import another.
import { execFile } from 'node:child_process';
import { WorldError } from '#base';

const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** Runs a program to its end and answers what it printed. Errors: WorldError `Failed` with what it said, `NotFound`. */
export function runProgram(file: string, args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
    const child = execFile(file, args, { maxBuffer: OUTPUT_BYTES_MAX, env }, (cause, stdout, stderr) => {
      if (!cause) return resolve(stdout);
      const missing = cause.code === 'ENOENT';
      const said = stderr.trim().slice(0, 2000) || cause.message;
      reject(
        new WorldError(missing ? 'NotFound' : 'Failed', `${file} ${args.join(' ')}: ${said}`, {
          attempted: 'set up the network',
          subject: file,
          cause,
        }),
      );
    });
    child.stdin?.on('error', () => child.stdin?.destroy());
    child.stdin?.end(input);
  });
}

export const run = (args: readonly string[], input?: string): Promise<string> => runProgram('ip', args, input);
