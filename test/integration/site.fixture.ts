// A real site for tests, by the command line alone: a folder of its own, ports of its own, kubectl and skopeo at hand.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { SiteStatus } from '#model/site';
import { testFolder } from '#platform/process';

export const HOME = path.join(import.meta.dirname, '../..');
/** The machine's kubectl, or the older one that preparing for tests unpacks. */
export const KUBECTL =
  (process.env.PATH ?? '')
    .split(':')
    .map((folder) => path.join(folder, 'kubectl'))
    .find((file) => fs.existsSync(file)) ?? path.join(HOME, '.cache/kubectl-1.20/usr/bin/kubectl');
/** Unix sockets allow short paths only. */
const NAME_SHOWN_MAX = 6;
const COMMAND_TIMEOUT_MS = 240_000;
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit code. */
export async function ran(
  file: string,
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<Ran> {
  const child = promisify(execFile)(file, args, {
    timeout: options.timeoutMs ?? COMMAND_TIMEOUT_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
    env: options.env ?? process.env,
  });
  // A program that reads nothing may be gone already.
  child.child.stdin?.on('error', () => undefined);
  child.child.stdin?.end(options.input ?? '');
  return child.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code?: number | string; stdout?: string; stderr?: string; message: string }) => ({
      code: typeof error.code === 'number' ? error.code : 1,
      stdout: error.stdout ?? '',
      stderr: error.stderr ?? error.message,
    }),
  );
}

export interface TestSite {
  readonly data: string;
  readonly kubeconfig: string;
  holdfast(...args: string[]): Promise<Ran>;
  /** kubectl's output. Throws with what it said when it fails. */
  kubectl(...args: string[]): Promise<string>;
  kubectlRan(args: readonly string[], options?: { input?: string }): Promise<Ran>;
  status(): Promise<SiteStatus>;
  destroy(): Promise<void>;
}

/** A site that is not up yet; `name` shows in its folder. */
export function testSite(name: string): TestSite {
  const folder = testFolder(name.slice(0, NAME_SHOWN_MAX));
  const data = path.join(folder, 'site');
  const kubeconfig = path.join(data, 'pki/admin.kubeconfig');
  const holdfast = (...args: string[]): Promise<Ran> => ran(path.join(HOME, 'holdfast'), [...args, '--data', data]);
  const kubectlRan: TestSite['kubectlRan'] = (args, options) =>
    ran(KUBECTL, [`--kubeconfig=${kubeconfig}`, ...args], options);
  return {
    data,
    kubeconfig,
    holdfast,
    kubectlRan,
    kubectl: async (...args) => {
      const { code, stdout, stderr } = await kubectlRan(args);
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: exit ${code}: ${stderr}`);
      return stdout;
    },
    status: async () => JSON.parse((await holdfast('status', '--json')).stdout) as SiteStatus,
    destroy: async () => {
      if (fs.existsSync(data)) {
        const { code, stderr } = await holdfast('destroy', '--yes');
        if (code !== 0) throw new Error(`destroy: ${stderr}`);
      }
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Brings a test's site up; throws with what was said when it fails. */
export async function bringUp(site: TestSite, ...args: string[]): Promise<void> {
  const { code, stderr } = await site.holdfast('up', '--ports', 'auto', ...args);
  if (code !== 0) throw new Error(`up: exit ${code}: ${stderr}`);
}

/** Waits until `look` answers something other than undefined or false, and gives it. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  deadlineMs = 90_000,
): Promise<T> {
  const until = Date.now() + deadlineMs;
  let last: unknown;
  while (Date.now() < until) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error(`${what}: not within ${deadlineMs} ms${last ? ` (${String(last)})` : ''}`);
}
