// The drill `clock-jump`: the site sees a system clock that is years off, and then sees it as it is again.
import { clockShift, type Finding } from '#engine/drill';
import type { Clock } from '#platform/clock';
import { certificatesOf, issuedSince } from './certificates.ts';
import { clockOffMs, clockShifted, conditionOf, type Drilling, drillEnd } from './drilling.ts';
import { type KubernetesDoor, nodesReady, openKubernetes } from './kubernetes-door.ts';
import { LOOK_MS, TIME_MOVED_MS_MAX, WATCHED_MS } from './limits.ts';

/** What a dry run would have made says what the time is at the API; it leaves nothing behind. */
const DRY_RUN = '/api/v1/namespaces/default/configmaps?dryRun=All';
const PROBE = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'drill-' } };

async function apiTimeMs(door: KubernetesDoor): Promise<number> {
  const { metadata } = await door.ask<{ metadata: { creationTimestamp: string } }>('POST', DRY_RUN, PROBE);
  return Date.parse(metadata.creationTimestamp);
}

/** Says how far the site's time is from where it would be had nothing happened. */
function steadyTime(clock: Clock): () => number {
  const began = clock.now() - clock.monotonicMs();
  return () => clock.now() - clock.monotonicMs() - began;
}

/** Nodes are Ready in every look, for a while. */
async function staysReady({ clock }: Drilling, door: KubernetesDoor): Promise<Finding> {
  const until = clock.monotonicMs() + WATCHED_MS;
  let looks = 0;
  for (;;) {
    const finding = await nodesReady(door);
    looks += 1;
    if (!finding.holds) return finding;
    if (clock.monotonicMs() >= until) return { holds: true, what: `${finding.what}, in each of ${looks} looks` };
    await clock.sleep(LOOK_MS);
  }
}

export async function clockJump(drilling: Drilling): Promise<void> {
  const { folders, clock, seed, book } = drilling;
  const door = openKubernetes(drilling);
  try {
    await book.step(() => nodesReady(door));
    const before = await certificatesOf(folders);
    const movedMs = steadyTime(clock);
    const { shiftMs, what } = clockShift(seed, clock.now());
    let isDoubted = false;
    await book.step(async () => {
      isDoubted = !(await clockShifted(folders, shiftMs)).trusted;
      return { holds: true, what: `the system clock seems to stand ${what}` };
    });
    await book.seen(
      async () => {
        const condition = await conditionOf(folders, 'ClockTrusted');
        const told = `ClockTrusted is ${condition?.status}: ${condition?.message}`;
        // A heartbeat that comes right then: the hub's word ends the doubt.
        if (isDoubted && condition?.status === 'True')
          return { holds: true, what: 'ClockTrusted was False until somebody vouched for the time' };
        return { holds: condition?.status === 'False', what: told };
      },
      { figure: 'noticed' },
    );
    await book.step(() => staysReady(drilling, door));
    await book.step(async () => {
      const apiOffMs = (await apiTimeMs(door)) - clock.now();
      const worstMs = Math.max(Math.abs(movedMs()), Math.abs(apiOffMs));
      book.figure('timeMoved', Math.abs(movedMs()));
      return worstMs <= TIME_MOVED_MS_MAX
        ? { holds: true, what: "the site's time went on as if nothing had happened, at the API too" }
        : { holds: false, what: `the site's time moved by ${Math.round(worstMs)} ms` };
    });
    await book.step(async () => {
      const issued = issuedSince(before, await certificatesOf(folders));
      return { holds: issued.length === 0, what: `certificates issued because of it: ${issued.join(', ') || 'none'}` };
    });
    await book.step(async () => {
      const partedMs = Math.abs((await clockOffMs(folders)) + shiftMs);
      return partedMs < Math.abs(shiftMs) / 2
        ? { holds: true, what: 'the system clock seemed to stand there all the while' }
        : {
            holds: false,
            what: 'the jump was taken back in the middle: holdfastd was started anew, or the clock was set',
          };
    });
    const putBackMs = clock.monotonicMs();
    await book.step(async () => {
      await drillEnd(folders);
      return { holds: true, what: 'the system clock is seen as it is again' };
    });
    await book.seen(async () => {
      const condition = await conditionOf(folders, 'ClockTrusted');
      return {
        holds: condition?.status === 'True',
        what: `ClockTrusted is ${condition?.status}: ${condition?.message}`,
      };
    });
    book.figure('trustedAgain', clock.monotonicMs() - putBackMs);
    await book.step(() => nodesReady(door));
  } finally {
    door.close();
  }
}
