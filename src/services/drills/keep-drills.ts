// Keeps the one drill that may run. What must be put back is on disk before it is changed, and is put back when the drill ends, when
// its owner is gone, when it takes too long, and at a start that finds it.
import { messageOf, WorldError } from '#base';
import { DRILL_MS_MAX, DRILL_NAMES, type DrillName, type DrillOwner, type DrillRecord } from '#model/site';
import type { Clock, Timer } from '#platform/clock';
import { readJsonIfPresent, removeTree, writeFileAtomic } from '#platform/disk';
import type { Log } from '#platform/log';
import { OWNER_WATCH_MS, PUT_BACK_MS_MAX } from './limits.ts';

export interface DrillKeeping {
  readonly file: string;
  readonly clock: Pick<Clock, 'after' | 'monotonicMs' | 'sleep'>;
  readonly log: Log;
  isAlive(owner: DrillOwner): boolean;
  /** Puts everything back that a drill of this name changes; nothing when it is so already. */
  putBack(drill: DrillName): Promise<void>;
  told(event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }): void;
}

export interface DrillKeeper {
  /** Errors: WorldError `Conflict` when another drill runs. */
  begin(drill: DrillName, owner: DrillOwner): void;
  /** Resolves when everything of the owner's drill is put back. Errors: WorldError `Unavailable` when that cannot be now; it is tried on. */
  end(owner: DrillOwner): Promise<void>;
  close(): void;
}

export function keepDrills(of: DrillKeeping): DrillKeeper {
  return new Keeper(of);
}

/** A damaged record says that something was changed, though not what. */
type Kept = DrillRecord | 'damaged';

class Keeper implements DrillKeeper {
  readonly #of: DrillKeeping;
  #kept: Kept | undefined;
  #untilMs = 0;
  #timer: Timer | undefined;
  #working: Promise<void> | undefined;
  #failure: unknown;
  /** Why the end was begun, if not by the drill itself. */
  #why: string | undefined;

  constructor(of: DrillKeeping) {
    this.#of = of;
    this.#kept = this.#read();
    if (this.#kept) void this.#finish('holdfastd was started anew');
  }

  begin(drill: DrillName, owner: DrillOwner): void {
    const { file, clock, told } = this.#of;
    if (this.#kept)
      throw new WorldError('Conflict', 'a drill runs on this site', {
        cure: 'wait until it has ended: holdfast events --follow',
      });
    const record: DrillRecord = { version: 1, drill, owner };
    writeFileAtomic(file, JSON.stringify(record));
    this.#kept = record;
    this.#why = undefined;
    this.#untilMs = clock.monotonicMs() + DRILL_MS_MAX;
    told({ type: 'Normal', reason: 'DrillBegun', message: `the drill ${drill} begins` });
    this.#watch();
  }

  async end(owner: DrillOwner): Promise<void> {
    if (!this.#kept || !this.#isOf(owner)) return;
    const { clock } = this.#of;
    const deadline = clock.monotonicMs() + PUT_BACK_MS_MAX;
    await this.#finish('');
    while (this.#kept && clock.monotonicMs() < deadline) {
      await clock.sleep(OWNER_WATCH_MS);
      await this.#finish('');
    }
    if (this.#kept)
      throw new WorldError('Unavailable', `not everything is put back yet: ${messageOf(this.#failure)}`, {
        cure: 'it is tried on; holdfast events tells when it is done',
      });
  }

  close(): void {
    this.#timer?.cancel();
  }

  #isOf({ pid, startTicks, bootId }: DrillOwner): boolean {
    if (!this.#kept || this.#kept === 'damaged') return false;
    const { owner } = this.#kept;
    return owner.pid === pid && owner.startTicks === startTicks && owner.bootId === bootId;
  }

  #read(): Kept | undefined {
    try {
      return readJsonIfPresent<DrillRecord>(this.#of.file);
    } catch (error) {
      this.#of.log.warn('what a drill wrote down is damaged; everything that drills change is put back', { error });
      return 'damaged';
    }
  }

  #watch(): void {
    this.#timer?.cancel();
    this.#timer = this.#of.clock.after(OWNER_WATCH_MS, () => this.#look(), { background: true });
  }

  #look(): void {
    const { clock, isAlive } = this.#of;
    if (!this.#kept) return;
    const owner = this.#kept === 'damaged' ? undefined : this.#kept.owner;
    if (this.#why !== undefined) void this.#finish(this.#why);
    else if (owner && !isAlive(owner)) void this.#finish('the command that ran it is gone');
    else if (clock.monotonicMs() >= this.#untilMs) void this.#finish('it took too long');
    else this.#watch();
  }

  /** Never throws. `why` is said of a drill that did not end by itself. */
  #finish(why: string): Promise<void> {
    this.#why ??= why;
    this.#working ??= this.#putBack().finally(() => {
      this.#working = undefined;
      if (this.#kept) this.#watch();
    });
    return this.#working;
  }

  async #putBack(): Promise<void> {
    const { file, log, putBack, told } = this.#of;
    const kept = this.#kept;
    if (!kept) return;
    const drills: readonly DrillName[] = kept === 'damaged' ? DRILL_NAMES : [kept.drill];
    try {
      for (const drill of drills) await putBack(drill);
      removeTree(file);
    } catch (error) {
      this.#failure = error;
      log.warn('what a drill changed cannot be put back now; it is tried again', { error: messageOf(error) });
      return;
    }
    this.#kept = undefined;
    const what = `what the drill ${drills.join(', ')} changed is put back`;
    if (!this.#why) told({ type: 'Normal', reason: 'DrillEnded', message: what });
    else told({ type: 'Warning', reason: 'DrillPutBack', message: `${what}: ${this.#why}` });
  }
}
