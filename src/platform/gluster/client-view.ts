// What a mounted client says of itself: whether it is mounted, and which bricks it reaches. Read by a program of its own, for a
// read in a file system whose client hangs does not come back. Source: the folder .meta of a GlusterFS mount.
import fs from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type RunResult, run } from '#platform/process';
import { CLIENT_VIEW_MS_MAX } from './limits.ts';

/** Killed or not, a reader may stay until its client ends: it is given up after its time, and not waited for. */
async function inTime(program: string, args: readonly string[], timeoutMs: number): Promise<RunResult | undefined> {
  const given = new AbortController();
  const late = setTimeout(timeoutMs, undefined, { signal: given.signal, ref: false }).catch(() => undefined);
  const result = await Promise.race([run(program, args, { timeoutMs }).catch(() => undefined), late]);
  given.abort();
  return result;
}

/** Whether a volume is mounted at `point`; its client may hang, or have died. Source: proc_pid_mountinfo(5). */
const volumeMounted = (point: string): boolean =>
  fs
    .readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[4] === point && line.includes(' - fuse.glusterfs '));

/** The number of a volume's root, and of no folder on a disk: what lies under a mount that goes away just now is told by it. */
const ROOT_INODE = '1';

/** Whether what is asked of the volume at `point` is answered now. */
export async function volumeAnswers(point: string): Promise<boolean> {
  if (!volumeMounted(point)) return false;
  // The kernel remembers a root for a second, also that of a client that is dead.
  return (
    (await inTime('stat', ['--cached=never', '--format=%i', point], CLIENT_VIEW_MS_MAX))?.stdout.trim() === ROOT_INODE
  );
}

/** Whether the client at `point` reaches each brick, in the volume's order; undefined when there is no client, or it does not
 * answer in time. */
export async function connectedBricks(of: {
  point: string;
  volume: string;
  bricks: number;
  timeoutMs?: number;
}): Promise<readonly boolean[] | undefined> {
  const { point, volume, bricks, timeoutMs = CLIENT_VIEW_MS_MAX } = of;
  if (!volumeMounted(point)) return undefined;
  const files = Array.from(
    { length: bricks },
    (_, index) => `${point}/.meta/graphs/active/${volume}-client-${index}/private`,
  );
  const result = await inTime('cat', files, timeoutMs);
  const told = [...(result?.stdout ?? '').matchAll(/^connected = ([01])$/gm)].map((match) => match[1] === '1');
  return result?.code === 0 && told.length === bricks ? told : undefined;
}
