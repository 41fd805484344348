// Notices what happens to containers: asks the runtime what runs, compares with the last answer, wakes the pods that differ.
// Hints of the runtime make it look at once; the regular look catches hints that were lost.
import { messageOf } from '#base';
import type { Timer } from '#platform/clock';
import type { AgentContext } from '../context.ts';
import { RELIST_AFTER_HINT_MS, RELIST_MS } from '../limits.ts';
import { LABEL } from './names.ts';

export interface Relist {
  stop(): void;
}

export function startRelist(context: AgentContext, wake: (podUid: string) => void): Relist {
  const { cri, options } = context;
  const { clock, log } = options;
  let last = new Map<string, { state: number; uid: string }>();
  let timer: Timer | undefined;
  let soon: number[] = [];
  let looking = false;
  let stopped = false;
  let failed = false;

  const look = async (): Promise<void> => {
    const [sandboxes, containers] = await Promise.all([cri.sandboxList(), cri.containerList()]);
    const now = new Map<string, { state: number; uid: string }>();
    for (const { id, state, labels } of [...sandboxes, ...containers])
      now.set(id, { state, uid: labels[LABEL.podUid] ?? '' });
    const changed = new Set<string>();
    for (const [id, { state, uid }] of now) if (last.get(id)?.state !== state) changed.add(uid);
    for (const [id, { uid }] of last) if (!now.has(id)) changed.add(uid);
    last = now;
    for (const uid of changed) if (uid) wake(uid);
  };
  const turn = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      await look();
      if (failed) log.info('the container runtime answers again');
      failed = false;
    } catch (error) {
      if (!failed) log.warn('the container runtime does not answer', { error: messageOf(error) });
      failed = true;
    }
    looking = false;
    plan();
  };
  const plan = (): void => {
    if (stopped) return;
    timer?.cancel();
    timer = clock.after(soon.shift() ?? RELIST_MS, () => void turn(), { background: true });
  };
  const hints = cri.hints(() => {
    soon = [...RELIST_AFTER_HINT_MS];
    if (!looking) plan();
  });
  void turn();
  return {
    stop: () => {
      stopped = true;
      timer?.cancel();
      hints.close();
    },
  };
}
