// Keeps the replicated volume of a pair as it shall be, on one node: looks which bricks its client reaches, has whoever controls
// make, set and start what is missing, asks what is still to be healed. Whatever fails is tried again at a later turn, and what an
// earlier life of any member has left half done is gone on with.
import { messageOf } from '#base';
import type { Pair } from '#model/site';
import type { Clock, Timer } from '#platform/clock';
import type { BrickHealing, Gluster } from '#platform/gluster';
import type { Log } from '#platform/log';
import type { VolumesChange, VolumesState } from './contract.ts';
import { HEALED_MS, HEALING_MS, LOOK_MS, SETTLED_MS, UNSETTLED_MS } from './limits.ts';
import { brickHosts } from './member.ts';
import { VOLUME_NAME, volumeOptions } from './volume-options.ts';
import { planVolumes, readOnlyIfLost, type VolumesStep } from './volumes.plan.ts';

export interface VolumesOptions {
  readonly self: string;
  readonly pair: Pair;
  /** The witness is too far to hold an arbiter. Read when the volume is made; afterwards the volume says what it has. */
  readonly farWitness: boolean;
  readonly gluster: Gluster;
  /** Which of so many bricks the client on this node reaches; undefined while none answers. */
  view(bricks: number): Promise<readonly boolean[] | undefined>;
  /** Entries that the brick on this node knows others to lack. */
  pending(): number;
  /** Whether this node controls: one at a time changes the volume. */
  controls(): boolean;
  told(change: VolumesChange): void;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Volumes {
  state(): VolumesState;
  /** The volume is there and started: its client can be. */
  readonly started: boolean;
  stop(): void;
}

export function keepVolumes(options: VolumesOptions): Volumes {
  return new VolumesKeeper(options);
}

const NEVER: Readonly<{ settle: number; heal: number }> = {
  settle: Number.NEGATIVE_INFINITY,
  heal: Number.NEGATIVE_INFINITY,
};

interface Arrangement {
  readonly hosts: readonly string[];
  readonly arbiter: boolean;
}

class VolumesKeeper implements Volumes {
  readonly #of: VolumesOptions;
  #arrangement: Arrangement;
  #view: readonly boolean[] | undefined;
  /** What the client last answered, however long ago. */
  #known: readonly boolean[] | undefined;
  #healing: readonly BrickHealing[] = [];
  #started = false;
  #problem: string | undefined;
  /** Something was written that a brick may not have got. */
  #missed = false;
  /** When each was done last. */
  #lastMs = NEVER;
  readonly #timers = new Map<'look' | 'work', Timer>();
  #stopped = false;

  constructor(of: VolumesOptions) {
    this.#of = of;
    this.#arrangement = brickHosts(of.pair, of.farWitness);
    // Apart from each other: what gluster is asked for may take seconds when a member is away.
    this.#repeat('look', () => this.#look());
    this.#repeat('work', async () => {
      await this.#settle();
      await this.#askHealing();
    });
  }

  get started(): boolean {
    return this.#started;
  }

  state(): VolumesState {
    const { hosts, arbiter } = this.#arrangement;
    const up = hosts.filter((_, index) => this.#view?.[index]);
    const sources = this.#healing.filter(({ entries }) => entries > 0).map(({ host }) => host);
    return {
      mounted: this.#view !== undefined,
      bricks: hosts.map((member) => ({ member, up: up.includes(member) })),
      // Bricks that are whole each know the same entries.
      healing: Math.max(0, ...this.#healing.map(({ entries }) => entries)),
      readOnlyIfLost: readOnlyIfLost({ hosts, arbiter, up, sources }),
    };
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
  }

  #repeat(what: 'look' | 'work', act: () => Promise<void>): void {
    act()
      .catch((error: unknown) => this.#tellProblem(messageOf(error)))
      .finally(() => {
        if (this.#stopped) return;
        const timer = this.#of.clock.after(LOOK_MS, () => this.#repeat(what, act), { background: true });
        this.#timers.set(what, timer);
      });
  }

  /** Said once, however often it is met. */
  #tellProblem(problem: string | undefined): void {
    if (problem !== undefined && problem !== this.#problem) this.#of.log.warn('replicated volumes', { problem });
    this.#problem = problem;
  }

  #isDue(what: 'settle' | 'heal', everyMs: number): boolean {
    const nowMs = this.#of.clock.monotonicMs();
    if (nowMs - this.#lastMs[what] < everyMs) return false;
    this.#lastMs = { ...this.#lastMs, [what]: nowMs };
    return true;
  }

  get #down(): readonly string[] | undefined {
    return this.#view && this.#arrangement.hosts.filter((_, index) => !this.#view?.[index]);
  }

  async #look(): Promise<void> {
    const { hosts } = this.#arrangement;
    const before = this.#view;
    this.#view = await this.#of.view(hosts.length);
    const view = this.#view;
    if (before && !view) this.#tell('Warning', 'VolumesGone', 'replicated volumes do not show on this node any more');
    if (!before && view) this.#tell('Normal', 'VolumesMounted', 'replicated volumes show on this node');
    const known = this.#known ?? view;
    this.#known = view ?? this.#known;
    hosts.forEach((host, index) => {
      if (!view || known?.[index] === view[index]) return;
      // What it misses from now on, or brings back, is known soon.
      this.#lastMs = NEVER;
      this.#missed ||= !view[index];
      if (view[index]) this.#tell('Normal', 'BrickBack', `the copy on ${host} is reached again`);
      else
        this.#tell('Warning', 'BrickLost', `the copy on ${host} is not reached: what is written now is missing there`);
    });
  }

  #tell(type: VolumesChange['type'], reason: string, message: string): void {
    this.#of.told({ type, reason, message });
  }

  async #settle(): Promise<void> {
    const isWell = this.#started && this.#down?.length === 0;
    if (!this.#isDue('settle', isWell ? SETTLED_MS : UNSETTLED_MS)) return;
    const { gluster, self, pair } = this.#of;
    const volume = await gluster.volume(VOLUME_NAME);
    this.#started = volume?.started ?? false;
    // A witness may have moved since the volume was made.
    if (volume) this.#arrangement = { hosts: volume.brickHosts, arbiter: volume.arbiter };
    if (!this.#of.controls()) return this.#tellProblem(undefined);
    const peers = await gluster.peers();
    const options = volumeOptions(pair);
    const steps = planVolumes({ ...this.#arrangement, self, peers, volume, options, down: this.#down });
    for (const step of steps) await this.#do(step);
    this.#tellProblem(undefined);
    // A step may allow the next, and a client can come as soon as there is something to mount.
    if (steps.length > 0) this.#lastMs = NEVER;
  }

  async #do(step: VolumesStep): Promise<void> {
    const { gluster, log } = this.#of;
    log.info('replicated volumes', { step });
    if (step.do === 'probe') await gluster.probe(step.member);
    else if (step.do === 'create') await gluster.createVolume({ name: VOLUME_NAME, ...this.#arrangement });
    else if (step.do === 'set') await gluster.setOptions(VOLUME_NAME, step.options);
    else await gluster.startVolume(VOLUME_NAME);
    if (step.do === 'create')
      this.#tell('Normal', 'VolumeCreated', `replicated volume on ${this.#arrangement.hosts.join(', ')}`);
    if (step.do === 'start') this.#started = true;
  }

  async #askHealing(): Promise<void> {
    if (!this.#started || this.#view === undefined) return;
    const isWhole = this.#down?.length === 0 && this.#healing.every(({ entries, reached }) => reached && entries === 0);
    const { gluster, self, pending } = this.#of;
    const isSettled = isWhole && !this.#missed && pending() === 0;
    if (!this.#isDue('heal', isSettled ? HEALED_MS : HEALING_MS)) return;
    const told = await gluster.healing(VOLUME_NAME);
    this.#healing = told.map((brick) => (brick.host === self ? { ...brick, entries: pending() } : brick));
    const isHealed = this.#healing.every(({ entries, reached }) => reached && entries === 0);
    if (!this.#missed || !isHealed || this.#down?.length !== 0) return;
    this.#missed = false;
    this.#tell('Normal', 'Healed', 'every copy of the replicated volumes is whole again');
  }
}
