// The pods of a node, and the watchdog that ends them. Both are processes of their own: pods write for as long as the machine runs,
// whatever becomes of the programs beside them, and the watchdog needs nobody to end them when their time is over.
import type { Machine, Process } from './machine.ts';
import type { Volumes } from './volumes.ts';
import type { World } from './world.ts';

const WRITE_MS = 200;
/** How often the watchdog looks, and how long it needs to end everything. */
const LOOK_MS = 50;
const KILL_MS_MAX = 200;

export interface Pod {
  readonly identity: string;
  /** Revision of the placement that it was started for. */
  readonly placement: number;
}

export class Pods {
  readonly #world: World;
  readonly #volumes: Volumes;
  readonly #machine: Machine;
  watchdog: Process;
  /** Until when pods may run, in boot time, as the watchdog was told last. */
  untilMs: number | 'unbounded' | undefined;
  readonly running = new Map<string, Pod>();
  #kernel: Process;
  #killing = false;
  #given = 0;
  #taken = 0;

  constructor(world: World, machine: Machine, volumes: Volumes) {
    this.#world = world;
    this.#machine = machine;
    this.#volumes = volumes;
    this.#kernel = machine.start();
    this.watchdog = this.#watch();
  }

  get mayRun(): boolean {
    const { untilMs } = this;
    return untilMs === 'unbounded' || (untilMs !== undefined && this.#machine.bootMs() < untilMs);
  }

  /** Tells the watchdog. */
  order(untilMs: number | 'unbounded' | undefined): void {
    const order = ++this.#given;
    this.watchdog.deliver(() => {
      if (order < this.#taken) return;
      this.#taken = order;
      this.untilMs = untilMs;
    });
  }

  start(pod: Pod): void {
    const { identity, placement } = pod;
    this.running.set(identity, pod);
    const node = this.#machine.name;
    this.#world.see({ kind: 'started', identity, node, placement });
    this.#write(pod, this.#kernel);
  }

  stop(identity: string): void {
    this.running.delete(identity);
  }

  /** The machine lost its power, and starts again. */
  reboot(): void {
    this.running.clear();
    this.untilMs = undefined;
    this.#killing = false;
    this.#kernel = this.#machine.start();
    this.watchdog = this.#watch();
  }

  #write(pod: Pod, kernel: Process): void {
    const { identity, placement } = pod;
    if (this.running.get(identity) !== pod) return;
    const node = this.#machine.name;
    if (this.#volumes.take(node)) this.#world.see({ kind: 'wrote', identity, node, placement });
    kernel.after(WRITE_MS, () => this.#write(pod, kernel));
  }

  #watch(): Process {
    const watchdog = this.#machine.start();
    watchdog.every(LOOK_MS, () => {
      if (this.mayRun || this.#killing || this.running.size === 0) return;
      this.#killing = true;
      watchdog.after(this.#world.random.next() * KILL_MS_MAX, () => this.#kill());
    });
    return watchdog;
  }

  /** Whatever it was told meanwhile: it does not stop half-way. */
  #kill(): void {
    this.#killing = false;
    this.#world.see({ kind: 'killed', node: this.#machine.name, pods: this.running.size });
    this.running.clear();
  }
}
