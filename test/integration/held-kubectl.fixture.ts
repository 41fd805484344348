// kubectl commands that do not end by themselves, held open until somebody ends them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { KUBECTL } from './site.fixture.ts';

const OPEN_MS = 60_000;

export interface Held {
  readonly what: string;
  /** When the command has ended, by itself or because what it had open was cut. */
  readonly ended: Promise<unknown>;
  isOpen(): boolean;
  end(): Promise<void>;
}

const open = new Set<{ kill(signal: 'SIGKILL'): boolean }>();

/** Answers when the command has printed something: it is open at the server then. */
export async function holdOpen(kubeconfig: string, args: readonly string[]): Promise<Held> {
  const what = args.slice(0, 2).join(' ');
  const child = spawn(KUBECTL, [`--kubeconfig=${kubeconfig}`, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  open.add(child);
  let said = '';
  child.stderr.on('data', (piece: Buffer) => {
    said += piece;
  });
  const ended = once(child, 'close').then(() => open.delete(child));
  const first = once(child.stdout, 'data', { signal: AbortSignal.timeout(OPEN_MS) });
  await Promise.race([first, ended.then(() => Promise.reject(new Error(`kubectl ${what} ended: ${said}`)))]);
  child.stdout.resume();
  return {
    what,
    ended,
    isOpen: () => child.exitCode === null && child.signalCode === null,
    end: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Whatever is open still. */
export function killHeld(): void {
  for (const child of open) child.kill('SIGKILL');
}
