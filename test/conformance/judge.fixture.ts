// What the judges of this folder share: a site with an image that has a shell, clients that nobody here wrote, and tables of
// commands with what the original Kubernetes answers to them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { sha256Of } from '#platform/digest';
import { writeImage } from '../integration/image.fixture.ts';
import { bringUp, HOME, type Ran, ran, type TestSite, testSite } from '../integration/site.fixture.ts';

export const IMAGE = 'localhost/judge:1';
/** kubectl as this machine has it, and the oldest that is still met in the field. */
export const KUBECTLS = { current: 'kubectl', old: path.join(HOME, '.cache/kubectl-1.20/usr/bin/kubectl') } as const;

/** Takes the words of a command line; a word with spaces stands in single quotes. */
export type Kubectl = (
  command: string,
  options?: { readonly input?: string; readonly env?: NodeJS.ProcessEnv },
) => Promise<Ran>;

const words = (command: string): string[] =>
  (command.match(/(?:[^\s']+|'[^']*')+/g) ?? []).map((word) => word.replaceAll("'", ''));

/** A client at a site. Its cache of discovery is the site's own. */
export function kubectlOf(site: TestSite, file: string = KUBECTLS.current): Kubectl {
  const cache = path.join(path.dirname(site.data), `cache-${sha256Of(file).slice(7, 15)}`);
  return (command, { input, env } = {}) =>
    ran(file, [`--kubeconfig=${site.kubeconfig}`, `--cache-dir=${cache}`, ...words(command)], {
      ...(input === undefined ? {} : { input }),
      env: { ...process.env, ...env },
    });
}

export interface Answer {
  readonly code?: number;
  /** What stdout is. In a text, blanks of any number are equal and `*` stands for anything within a line. */
  readonly out?: string | RegExp;
  readonly err?: string | RegExp;
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A command, and what it prints; a text or pattern alone is about stdout, with exit code 0. */
export type Step = readonly [command: string, answer?: string | RegExp | Answer];

const plain = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().replace(/\s+/g, ' '))
    .join('\n');

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

export function assertPrinted(actual: string, expected: string | RegExp, about: string): void {
  if (expected instanceof RegExp) assert.match(actual, expected, about);
  else if (!expected.includes('*')) assert.equal(plain(actual), plain(expected), about);
  else assert.match(plain(actual), new RegExp(`^${escaped(plain(expected)).replaceAll('*', '.*')}$`), about);
}

/** Runs the steps one after the other, holds each to its answer, and fails with all that differ. */
export async function judge(kubectl: Kubectl, steps: readonly Step[]): Promise<void> {
  const deviations: string[] = [];
  for (const [command, about] of steps) {
    const answer: Answer =
      about === undefined ? {} : typeof about === 'string' || about instanceof RegExp ? { out: about } : about;
    const { code, stdout, stderr } = await kubectl(command, answer);
    try {
      assert.equal(code, answer.code ?? 0, 'exit code');
      if (answer.out !== undefined) assertPrinted(stdout, answer.out, `expected ${answer.out}`);
      if (answer.err !== undefined) assertPrinted(stderr, answer.err, `expected ${answer.err}`);
    } catch (error) {
      deviations.push(`kubectl ${command}\n${(error as Error).message}\nexit ${code}\n${stdout}${stderr}`);
    }
  }
  assert.equal(deviations.length, 0, deviations.join('\n'));
}

/** Brings a site up and gives it an image whose containers have a shell. */
export async function bringUpWithImage(site: TestSite, ...args: string[]): Promise<void> {
  await bringUp(site, ...args);
  const archive = path.join(path.dirname(site.data), 'judge.tar');
  await writeImage(archive, {
    name: IMAGE,
    files: [
      { path: 'bin/busybox', content: fs.readFileSync('/bin/busybox'), mode: 0o755 },
      { path: 'etc/passwd', content: 'root:x:0:0:root:/:/bin/sh\n' },
      { path: 'www/index.html', content: 'hello\n' },
    ],
    config: { Entrypoint: ['/bin/busybox'], Cmd: ['sleep', '1000000'], Env: ['PATH=/bin'] },
  });
  const { code, stderr } = await site.holdfast('image', 'import', archive);
  assert.equal(code, 0, stderr);
}

/** A site of this file's own, for `before` and `after`. */
export function judgedSite(name: string): { site: TestSite; up(): Promise<void>; down(): Promise<void> } {
  const site = testSite(name);
  return { site, up: () => bringUpWithImage(site), down: () => site.destroy() };
}
