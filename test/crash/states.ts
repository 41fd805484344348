// Rebuilds crash states from a trace, opens the store on each, and says which do not hold.
import fs from 'node:fs';
import path from 'node:path';
import { messageOf, type Random, seededRandom } from '#base';
import { openRowLogStore } from '#store';
import { Acks } from './acks.ts';
import { DiskModel, type Fate } from './disk-model.ts';
import type { DiskOp } from './trace.ts';

export interface StatesReport {
  readonly states: number;
  /** States in which the end of the log was torn and mended. */
  readonly repaired: number;
  /** What did not hold, and where; at most a few. */
  readonly failures: readonly string[];
}

const FATES: readonly Fate[] = ['some', 'torn', 'nothing', 'everything', 'torn', 'some'];
const FAILURES_MAX = 5;

/** Opens the store on `files` and judges it by what was acknowledged. */
async function judge(
  folder: string,
  files: ReadonlyMap<string, Buffer>,
  acks: Acks,
  repaired: () => void,
): Promise<string | undefined> {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder);
  for (const [name, content] of files) fs.writeFileSync(path.join(folder, name), content);
  try {
    const store = await openRowLogStore({
      folder,
      reservedBytes: 0,
      index: () => null,
      notice: (notice) => void (notice.kind === 'repaired' && repaired()),
    });
    const wrong = acks.judge(store);
    await store.close();
    return wrong;
  } catch (error) {
    return messageOf(error);
  }
}

function pick(random: Random, count: number, places: number): number {
  const exact = count / places;
  return Math.floor(exact) + (random.next() < exact % 1 ? 1 : 0);
}

/** About `count` states, spread over all moments of the trace at which something was not synced. */
export async function judgeStates(
  ops: readonly DiskOp[],
  options: { count: number; seed: number; folder: string; stopAtFailures?: boolean },
): Promise<StatesReport> {
  const random = seededRandom(options.seed);
  const places = ops.filter((op) => op.op !== 'said').length;
  const disk = new DiskModel();
  const acks = new Acks();
  const failures: string[] = [];
  let states = 0;
  let repaired = 0;
  for (const [index, op] of ops.entries()) {
    disk.take(op);
    if (op.op === 'said') {
      acks.takeAll(op.text);
      continue;
    }
    for (let i = pick(random, options.count, places); i > 0; i--) {
      const fate = FATES[random.below(FATES.length)] ?? 'some';
      const wrong = await judge(options.folder, disk.cut(fate, random), acks, () => repaired++);
      states++;
      if (wrong === undefined) continue;
      failures.push(`seed ${options.seed}, after operation ${index} (${op.op}), fate ${fate}: ${wrong}`);
      if (options.stopAtFailures || failures.length >= FAILURES_MAX) return { states, repaired, failures };
    }
  }
  return { states, repaired, failures };
}
