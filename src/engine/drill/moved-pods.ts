// Which pods a loss moves, and whether they have come to run elsewhere. A pod is followed by who owns it: what replaces it has another name
// and another uid, or the name alone in common.
import type { Finding } from './report.ts';

export interface DrilledPod {
  readonly uid: string;
  /** `namespace/name`. */
  readonly name: string;
  /** The machine that it was put on. */
  readonly machine?: string;
  /** Its controller, which makes it anew. */
  readonly owner?: { readonly uid: string; readonly kind: string };
  /** Ready, and not on its way out. */
  readonly ready: boolean;
  /** How often its containers were started again. */
  readonly restarts: number;
}

/** What is to run where it did not before. */
export interface MovingPods {
  /** Names, as they were. */
  readonly names: readonly string[];
  /** By owner: how many of its pods were Ready and are to be so again. */
  readonly wanted: Readonly<Record<string, number>>;
  /** Uids of all pods from before. */
  readonly before: ReadonlySet<string>;
}

/** Owners that make no pod anew on another machine. */
const STAY_WITH_MACHINE = ['DaemonSet', 'Node'];

/** `staying`: names of pods that end with their machine, or that nothing else has room for. */
export function podsToMove(
  pods: readonly DrilledPod[],
  of: { readonly lost: string; readonly staying: ReadonlySet<string> },
): MovingPods {
  const moves = ({ machine, owner, ready, name }: DrilledPod): boolean =>
    ready &&
    machine === of.lost &&
    owner !== undefined &&
    !STAY_WITH_MACHINE.includes(owner.kind) &&
    !of.staying.has(name);
  const moving = pods.filter(moves);
  const wanted: Record<string, number> = {};
  for (const { owner } of moving)
    if (owner)
      wanted[owner.uid] ??= pods.filter(
        (pod) => pod.owner?.uid === owner.uid && pod.ready && !of.staying.has(pod.name),
      ).length;
  return { names: moving.map(({ name }) => name), wanted, before: new Set(pods.map(({ uid }) => uid)) };
}

/** Whether the first of them runs elsewhere, and whether all do. */
export function movedPods(
  { wanted, before }: MovingPods,
  of: { readonly pods: readonly DrilledPod[]; readonly lost: string },
): { readonly first: Finding; readonly all: Finding } {
  const running = of.pods.filter(({ ready, machine }) => ready && machine !== undefined && machine !== of.lost);
  const first = running.find(({ uid, owner }) => owner && wanted[owner.uid] !== undefined && !before.has(uid));
  const total = Object.values(wanted).reduce((sum, count) => sum + count, 0);
  const there = Object.entries(wanted).reduce(
    (sum, [uid, count]) => sum + Math.min(count, running.filter(({ owner }) => owner?.uid === uid).length),
    0,
  );
  return {
    first: first
      ? { holds: true, what: `the first pod runs elsewhere: ${first.name} on ${first.machine}` }
      : { holds: false, what: 'no pod has come to run elsewhere' },
    all: { holds: there === total, what: `${there} of ${total} pods of what was there run without ${of.lost}` },
  };
}

/** Whether each pod that was Ready is the same, and was not started again. */
export function untouchedPods(before: readonly DrilledPod[], now: readonly DrilledPod[]): Finding {
  const touched = before.filter(({ uid, ready, restarts }) => {
    const same = now.find((pod) => pod.uid === uid);
    return ready && !(same?.ready && same.restarts === restarts);
  });
  return touched.length === 0
    ? { holds: true, what: `no pod was touched: each of ${before.length} is the same as before` }
    : { holds: false, what: `pods were touched: ${touched.map(({ name }) => name).join(', ')}` };
}
