// Processes of a measurement that are asked things: a call each way over IPC, as typed as a call within one process.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

// biome-ignore lint/suspicious/noExplicitAny: whatever the verbs take
type Verbs = Readonly<Record<string, (asked: any) => unknown>>;

interface Call {
  readonly id: number;
  readonly verb: string;
  readonly asked: unknown;
}

type Reply = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string });

export interface Child<V extends Verbs> {
  readonly pid: number;
  /** Errors: what the verb threw, or that the process ended. */
  call<N extends keyof V & string>(verb: N, asked: Parameters<V[N]>[0]): Promise<Awaited<ReturnType<V[N]>>>;
  /** Resolves when it has ended. */
  end(): Promise<void>;
}

/** In the process that is asked. It ends with the process that asks. */
export function answerCalls(verbs: Verbs): void {
  const reply = (message: Reply): void => void process.send?.(message);
  process.on('message', ({ id, verb, asked }: Call) => {
    Promise.resolve()
      .then(() => verbs[verb]?.(asked))
      .then(
        (result) => reply({ id, result }),
        (error: unknown) =>
          reply({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
  process.on('disconnect', () => process.exit(0));
}

/** Starts a file of this folder. */
export function startChild<V extends Verbs>(file: string, nodeOptions: readonly string[] = []): Child<V> {
  const child = fork(path.join(import.meta.dirname, file), [], {
    execArgv: [...process.execArgv, ...nodeOptions],
    serialization: 'advanced',
    // A session of its own, as daemons have: the kernel shares processors out by session.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let calls = 0;
  child.on('message', (reply: Reply) => {
    const call = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) call?.reject(new Error(`${file}: ${reply.error}`));
    else call?.resolve(reply.result as never);
  });
  const ended = once(child, 'exit').then(([code, signal]) => {
    for (const call of waiting.values()) call.reject(new Error(`${file} ended (${code ?? signal})`));
    waiting.clear();
  });
  return {
    pid: child.pid ?? 0,
    call: (verb, asked) =>
      new Promise((resolve, reject) => {
        const id = ++calls;
        waiting.set(id, { resolve, reject });
        child.send({ id, verb, asked } satisfies Call, (error) => error && reject(error));
      }),
    end: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
