// The process that serves a node's API: it follows the store of whoever leads, is promoted where control is, serves until its time is
// over, and ends when control does, to start again as a follower. The store in it is the product's own, on the simulated etcd.
import { WorldError } from '#base';
import { followEtcdStore, type StandbyStore } from '#store';
import { SimulatedEtcd } from './etcd/client.ts';
import type { Machine, Process } from './machine.ts';
import { answerRequest } from './requests.ts';
import { VOLUMES } from './volumes.ts';
import { type Answer, NODES, pick, type Request, VOTERS, type World } from './world.ts';

const PREFIX = '/holdfast/store';
/** So few that standbys are left behind now and then. */
const HISTORY_EVENTS = 60;
const PROGRESS_MS = 200;
const PLACE_MS = 100;
const COMPACT_MS = 1_000;
/** How much history is kept when it is cut, in this life or that. */
const KEPT_EVENTS = [0, 5, 30] as const;
const START_MS = { least: 100, most: 600 } as const;
const ETCD_TIMEOUT_MS = 2_000;

export interface Leadership {
  readonly key: string;
  readonly value: string;
}

export const placementKey = (identity: string): string => `/core/pods/default/${identity}`;

export class Kube {
  readonly #world: World;
  readonly #machine: Machine;
  readonly #leadership: () => Leadership | undefined;
  process: Process;
  store: StandbyStore<undefined> | undefined;
  progressMs: number | undefined;
  /** Nodes whose pods may start elsewhere, as it was told last. */
  #lost: readonly string[] = [];
  #untilMs: number | undefined;
  #promotion: 'none' | 'under way' | 'done' = 'none';
  #lives = 0;
  #given = 0;
  #taken = 0;
  /** Told with each store that follows, before it can be promoted. */
  followed?: (store: StandbyStore<undefined>) => void;

  constructor(world: World, machine: Machine, leadership: () => Leadership | undefined) {
    this.#world = world;
    this.#machine = machine;
    this.#leadership = leadership;
    this.process = machine.start('product');
    this.#follow(this.process);
  }

  /** What is asked of it is answered. */
  get serves(): boolean {
    const state = this.store?.state;
    const isUp = this.process.runs && this.#promotion === 'done' && (state === 'open' || state === 'reloading');
    return isUp && this.#untilMs !== undefined && this.#machine.bootMs() < this.#untilMs;
  }

  /** Until when it was told to serve; undefined: it does not. */
  get servesUntilMs(): number | undefined {
    return this.#promotion === 'done' && this.process.alive ? this.#untilMs : undefined;
  }

  get isFollowing(): boolean {
    return this.process.alive && this.store !== undefined;
  }

  /** Nothing of it serves, nor will without another order. */
  get hasStopped(): boolean {
    return this.#promotion === 'none' || !this.process.alive;
  }

  order(untilMs: number | undefined, lost: readonly string[]): void {
    const order = ++this.#given;
    this.process.deliver(() => {
      if (order < this.#taken) return;
      this.#taken = order;
      this.#untilMs = untilMs;
      this.#lost = lost;
      if (untilMs === undefined) {
        if (this.#promotion !== 'none') this.restart();
      } else this.#promote();
    });
  }

  restart(): void {
    this.process.end();
    this.store = undefined;
    this.#promotion = 'none';
    this.#untilMs = undefined;
    this.progressMs = undefined;
    this.process = this.#machine.start('product');
    const { random } = this.#world;
    const { process } = this;
    process.after(START_MS.least + random.next() * (START_MS.most - START_MS.least), () => this.#follow(process));
  }

  ask(request: Request, answered: (answer: Answer) => void): void {
    this.process.deliver(() => {
      if (this.serves && this.store) answerRequest(this.store, request, answered);
      else answered({ kind: 'refused' });
    });
  }

  /** Where pods are to run; undefined: nobody here may say. */
  placements(): ReadonlyMap<string, { readonly node: string; readonly placement: number }> | undefined {
    if (!this.serves || !this.store) return undefined;
    const { store } = this;
    return new Map(
      VOLUMES.flatMap((identity) => {
        const entry = store.get(placementKey(identity));
        return entry ? [[identity, { node: Buffer.from(entry.bytes).toString(), placement: entry.revision }]] : [];
      }),
    );
  }

  #follow(process: Process): void {
    const leadership = this.#leadership;
    followEtcdStore<undefined>({
      endpoints: [this.#machine.name, ...VOTERS.filter((name) => name !== this.#machine.name)],
      timeoutMs: ETCD_TIMEOUT_MS,
      connect: (options) => new SimulatedEtcd(process, this.#world.quorum, options),
      prefix: PREFIX,
      identity: `${this.#machine.name}-${++this.#lives}-${this.#world.timeline.nowMs}`,
      leader: {
        key: leadership()?.key ?? '',
        get value() {
          return leadership()?.value ?? '';
        },
      },
      clock: process.clock,
      historyEvents: HISTORY_EVENTS,
      index: () => undefined,
    }).then(
      (store) => this.#followed(process, store),
      () => process.after(START_MS.most, () => this.#follow(process)),
    );
  }

  #followed(process: Process, store: StandbyStore<undefined>): void {
    this.store = store;
    this.followed?.(store);
    process.every(PROGRESS_MS, () => {
      if (!this.serves) {
        // It ends by itself when its time is over, or when another writes.
        const isOver = this.#untilMs === undefined || this.#machine.bootMs() >= this.#untilMs;
        if (this.#promotion === 'done' && (isOver || store.state === 'read-only')) this.restart();
        return;
      }
      store.ping().then(
        () => {
          this.progressMs = this.#machine.bootMs();
        },
        () => undefined,
      );
    });
    process.every(PLACE_MS, () => this.#place(store));
    const kept = pick(this.#world.random, KEPT_EVENTS);
    process.every(COMPACT_MS, () => {
      if (this.serves) void store.compact(store.revision - kept);
    });
  }

  #promote(): void {
    const { store, process } = this;
    if (this.#promotion !== 'none' || store?.state !== 'read-only') return;
    this.#promotion = 'under way';
    store.promote().then(
      () => {
        if (process !== this.process) return;
        this.#promotion = 'done';
        if (this.#untilMs !== undefined && this.#machine.bootMs() < this.#untilMs)
          this.progressMs = this.#machine.bootMs();
      },
      (error: unknown) => {
        if (!(error instanceof WorldError)) throw error;
        if (process === this.process) this.#promotion = 'none';
      },
    );
  }

  /** Pods without a node get one, and those of a lost one another. */
  #place(store: StandbyStore<undefined>): void {
    if (!this.serves) return;
    for (const [index, identity] of VOLUMES.entries()) {
      const seen = store.get(placementKey(identity));
      const at = seen && Buffer.from(seen.bytes).toString();
      const to = at === undefined ? NODES[index % 2] : this.#lost.includes(at) ? this.#machine.name : undefined;
      if (to === undefined) continue;
      store
        .write(placementKey(identity), (current) =>
          current?.revision === seen?.revision ? { kind: 'put', encode: () => Buffer.from(to) } : { kind: 'keep' },
        )
        .catch(() => undefined);
    }
  }
}
