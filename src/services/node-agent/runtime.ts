// The container runtime, started when the first pod needs it. Before that it is asked nothing, and what it has is nothing; a
// runtime that somebody else has started is taken as it is.
//
//   resting --need()--> starting --answers, network ready--> used        resting --found running and ready--> used
//   starting --failed--> resting
import { WorldError } from '#base';
import type { Clock } from '#platform/clock';
import type { Cri } from '#platform/cri';
import { canConnect } from '#platform/socket';
import { RUNTIME_LOOK_MS, RUNTIME_START_MS_MAX } from './limits.ts';

export interface Runtime {
  /** The runtime's calls; listings are empty while it rests. */
  readonly cri: Cri;
  /** False until a pod needed the runtime or it was found running. */
  readonly isUsed: boolean;
  /** Resolves when the runtime can run pods. Errors: WorldError `Unavailable` when it does not come up. */
  need(): Promise<void>;
  /** Whether the runtime runs by now, without starting it. */
  look(): Promise<boolean>;
}

export interface RuntimeOptions {
  readonly cri: Cri;
  readonly socket: string;
  /** Starts the runtime when it does not run. */
  ensure?(): Promise<void>;
  readonly clock: Clock;
}

export function lazyRuntime(options: RuntimeOptions): Runtime {
  const { cri, socket, clock } = options;
  const whenUsed = Promise.withResolvers<void>();
  let isUsed = false;
  let starting: Promise<void> | undefined;

  const use = (): void => {
    isUsed = true;
    whenUsed.resolve();
  };
  const state = async (): Promise<'down' | 'unready' | 'ready'> => {
    if (!(await canConnect(socket))) return 'down';
    const conditions = await cri.status().catch(() => undefined);
    if (!conditions) return 'down';
    return conditions.every((condition) => condition.status) ? 'ready' : 'unready';
  };
  const start = async (): Promise<void> => {
    await options.ensure?.();
    const deadline = clock.monotonicMs() + RUNTIME_START_MS_MAX;
    let found = await state();
    while (found !== 'ready' && clock.monotonicMs() < deadline) {
      await clock.sleep(RUNTIME_LOOK_MS);
      found = await state();
    }
    if (found === 'down') throw new WorldError('Unavailable', `the container runtime does not answer at ${socket}`);
    use();
  };
  const listed =
    <A extends readonly unknown[], T>(list: (...args: A) => Promise<readonly T[]>) =>
    async (...args: A): Promise<readonly T[]> =>
      isUsed ? list(...args) : [];
  return {
    cri: {
      ...cri,
      sandboxList: listed(cri.sandboxList),
      containerList: listed(cri.containerList),
      containerStats: listed(cri.containerStats),
      imageList: listed(cri.imageList),
      hints: (onHint) => {
        let open: { close(): void } | undefined;
        let closed = false;
        void whenUsed.promise.then(() => {
          if (!closed) open = cri.hints(onHint);
        });
        return {
          close: () => {
            closed = true;
            open?.close();
          },
        };
      },
    },
    get isUsed() {
      return isUsed;
    },
    need: async () => {
      if (isUsed) return;
      starting ??= start().finally(() => {
        starting = undefined;
      });
      await starting;
    },
    look: async () => {
      if (!isUsed && !starting && (await state()) === 'ready') use();
      return isUsed;
    },
  };
}

/** A runtime that needs no start. */
export function readyRuntime(cri: Cri): Runtime {
  return { cri, isUsed: true, need: async () => undefined, look: async () => true };
}
