// Keeps the files of one shelf in step with etcd, one thing at a time, again and again: whoever does not control takes over what is
// published; whoever does, first takes over everything that is there, and from then on publishes what changes here.
//
//   following --lead--> taking over --all is here--> publishing --follow, or the leadership is another's--> following
//
// An answer that was lost is found out by looking at the whole again. A publication that another made in between is taken over first.
import { backoffDelayMs, messageOf, WorldError } from '#base';
import type { Clock, Timer } from '#platform/clock';
import { sha256Of } from '#platform/digest';
import { watchFolder } from '#platform/disk';
import type { Etcd } from '#platform/etcd';
import type { Log } from '#platform/log';
import type { SealKeys } from '#platform/seal';
import { BATCH_BYTES_MAX, BATCH_FILES_MAX, FILE_BYTES_MAX, RETRY_BACKOFF, SCAN_EVERY_MS, SETTLE_MS } from './limits.ts';
import type { LocalFiles } from './local-files.ts';
import {
  type Change,
  isLarge,
  type Leadership,
  NOTHING,
  type Publication,
  type Published,
  Shelf,
  type ShelfChange,
} from './shelf.ts';
import { takeOver, wholeHeads } from './take-over.ts';

export type KeeperRole = 'following' | 'taking over' | 'publishing';

export interface FileKeeperOptions {
  readonly self: string;
  /** Who takes over what is published here. */
  readonly other?: string;
  readonly client: Etcd;
  readonly prefix: string;
  readonly local: LocalFiles;
  /** Folders in which a change is noticed at once. */
  readonly watched: readonly string[];
  keys(): SealKeys;
  readonly keyFile: string;
  /** `out`: only publishes; its files come to this node by another way. */
  readonly direction: 'both' | 'in' | 'out';
  /** After files were taken over, all of them. */
  tookOver(paths: readonly string[]): void;
  readonly clock: Clock;
  readonly log: Log;
}

export class FileKeeper {
  readonly #of: FileKeeperOptions;
  readonly #shelf: Shelf;
  readonly #identity = crypto.randomUUID();
  readonly #watchers: readonly { close(): void }[];
  #role: KeeperRole = 'following';
  #leadership: Leadership | undefined;
  #published: Published = NOTHING;
  #seen = new Map<string, number>();
  /** Everything is known as it stands in etcd, less what is told. */
  #whole = false;
  #told: ShelfChange[] = [];
  #watch: { stop(): void } | undefined;
  #unpublished = true;
  #laggingSinceMs = Number.NEGATIVE_INFINITY;
  #problem: string | undefined;
  #failures = 0;
  #waiters: { resolve(): void; reject(error: WorldError): void; for: 'leading' | 'published'; round: number }[] = [];
  #round = 0;
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;
  #closed = false;

  constructor(of: FileKeeperOptions) {
    this.#of = of;
    this.#shelf = new Shelf(of.client, of.prefix, this.#identity);
    this.#watchers = of.watched.map((folder) => watchFolder(folder, () => this.#soon(SETTLE_MS)));
    this.#soon(0);
  }

  get role(): KeeperRole {
    return this.#role;
  }

  get published(): number {
    return this.#published.revision;
  }

  seenBy(node: string): number | undefined {
    return this.#seen.get(node);
  }

  /** What is here is what stands in etcd, as far as is known; what was changed a moment ago counts. */
  get isSettled(): boolean {
    if (!this.#whole || this.#told.length > 0 || this.#published.more || this.#problem !== undefined) return false;
    return this.#role === 'publishing' ? !this.#unpublished && this.#isAllPublished() : this.#role === 'following';
  }

  /** For how long the other lacks what is newest, or something of it; 0 while it has everything that is published. */
  get laggingMs(): number {
    return this.#hasOther() ? 0 : this.#of.clock.monotonicMs() - this.#laggingSinceMs;
  }

  /** Numbers of the keys that have sealed what stands in etcd. */
  get sealedBy(): readonly number[] {
    return [...new Set([...this.#of.local.remembered.values()].map(({ sealedBy }) => sealedBy))];
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  /** Resolves once everything that is there was taken over, and publishing begins. WorldError `Unavailable`: control ended before. */
  lead(leadership: Leadership): Promise<void> {
    this.#leadership = leadership;
    this.#role = 'taking over';
    this.#whole = false;
    return this.#until('leading');
  }

  follow(): void {
    if (this.#role === 'following') return;
    this.#endControl();
    this.#soon(0);
  }

  /** Resolves when every change that was made here before is published. WorldError `Unavailable`: this node does not control. */
  publish(): Promise<void> {
    if (this.#role === 'following') return Promise.reject(notControlling());
    return this.#until('published');
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    for (const watcher of this.#watchers) watcher.close();
    this.#watch?.stop();
    this.#endControl();
    await this.#running;
  }

  #until(what: 'leading' | 'published'): Promise<void> {
    this.#soon(0);
    // A round that is under way may have looked at a file already.
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject, for: what, round: this.#round + 1 }));
  }

  #endControl(): void {
    this.#role = 'following';
    this.#leadership = undefined;
    this.#whole = false;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(notControlling());
  }

  /** The next round begins after `ms` at the latest. */
  #soon(ms: number): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    this.#timer = this.#of.clock.after(ms, () => this.#begin(), { background: true });
  }

  #begin(): void {
    // Whatever came up during a round is done in one more.
    if (this.#running) {
      this.#soon(SETTLE_MS);
      return;
    }
    this.#round++;
    this.#running = this.#turn()
      .then(
        () => {
          this.#failures = 0;
          this.#soon(this.#told.length > 0 ? 0 : SCAN_EVERY_MS);
        },
        (error: unknown) => this.#failed(error),
      )
      .finally(() => {
        this.#running = undefined;
      });
  }

  #failed(error: unknown): void {
    this.#whole = false;
    const problem = messageOf(error);
    if (problem !== this.#problem) this.#of.log.warn('shared files are not in step', { error });
    this.#problem = problem;
    this.#soon(backoffDelayMs(RETRY_BACKOFF, this.#failures++));
  }

  async #turn(): Promise<void> {
    if (this.#of.direction === 'out' && this.#role === 'following') return;
    if (this.#whole && this.#role !== 'taking over') await this.#takeTold();
    else await this.#takeWhole();
    if (this.#role === 'publishing') await this.#publishChanges();
    this.#settle();
  }

  /** Looks at everything, and follows from there. */
  async #takeWhole(): Promise<void> {
    const { local, direction } = this.#of;
    const leadership = this.#leadership;
    this.#watch?.stop();
    this.#told = [];
    const state = await this.#shelf.read();
    const { revision, by } = state.published;
    // While publishing: what only an answer was lost of is our own.
    const isOwn = by === this.#identity || revision === this.#published.revision;
    const keepsOwn = this.#role === 'publishing' && isOwn;
    if (this.#role === 'publishing' && !isOwn) this.#role = 'taking over';
    this.#whole = true;
    this.#watch = this.#shelf.watch(state.etcdRevision + 1, {
      change: (change) => {
        this.#told.push(change);
        this.#soon(0);
      },
      ended: (error) => {
        // A member was restarted, or lost its leader: only what the next look says counts.
        this.#of.log.debug('shared files: etcd ended the watch', { error });
        this.#whole = false;
        this.#soon(RETRY_BACKOFF.firstMs);
      },
    });
    this.#published = state.published;
    this.#seen = new Map(state.seen);
    await this.#takeBackWord();
    await this.#take(wholeHeads(state.heads, local.remembered), keepsOwn || direction === 'out');
    if (this.#role !== 'taking over' || leadership === undefined || this.#leadership !== leadership) return;
    this.#role = 'publishing';
    this.#unpublished = true;
  }

  /** On a new disk nothing is here of what an earlier one had. */
  async #takeBackWord(): Promise<void> {
    const { self, direction, local } = this.#of;
    if (direction === 'out' || local.remembered.size > 0 || !this.#seen.get(self)) return;
    await this.#shelf.see(self, 0);
    this.#seen.set(self, 0);
  }

  async #takeTold(): Promise<void> {
    const told = this.#told;
    if (told.length === 0) return;
    for (const { seen } of told) for (const [node, revision] of seen) this.#seen.set(node, revision);
    const published = told.findLast((change) => change.published)?.published;
    const isOwn = published === undefined || published.by === this.#identity;
    if (this.#role === 'publishing' && !isOwn)
      throw new WorldError('Conflict', 'another node has published files meanwhile');
    if (this.#role === 'following') {
      await this.#take(new Map(told.flatMap((change) => [...change.heads])), false);
      if (published) this.#published = published;
    }
    this.#told = this.#told.filter((change) => !told.includes(change));
  }

  async #take(heads: Parameters<typeof takeOver>[1], keepsOwn: boolean): Promise<void> {
    const { local, keyFile, keys, tookOver, log } = this.#of;
    const how = keepsOwn ? 'remember only' : 'write';
    const { changed, failed } = await takeOver({ shelf: this.#shelf, local, keys, keyFile, how }, heads);
    if (changed.length > 0) {
      log.info('shared files were taken over', { files: changed.length });
      tookOver(changed);
    }
    const [first] = failed;
    // What nobody can read any more is published again by whoever controls and has it.
    if (first && (this.#role === 'following' || failed.some(({ corrupt }) => !corrupt)))
      throw new WorldError('Failed', `a shared file cannot be taken over: ${first.message}`, { subject: first.path });
    for (const { path } of failed) local.remembered.delete(path);
  }

  async #publishChanges(): Promise<void> {
    const { local } = this.#of;
    const leadership = this.#leadership;
    const missing = local.missingFolder();
    if (missing !== undefined)
      throw new WorldError('NotFound', `the folder ${missing} is not there; its files are not taken for deleted`);
    const keys = this.#of.keys();
    const { changed, gone } = this.#changes();
    this.#unpublished = hasChanges({ changed, gone }) || this.#published.more;
    if (!this.#unpublished) return;
    if (this.#hasOther()) this.#laggingSinceMs = this.#of.clock.monotonicMs();
    const batches = batchesOf(local, [...changed, ...gone]);
    for (const [i, changes] of batches.entries()) {
      if (leadership === undefined || this.#leadership !== leadership) return;
      await this.#publishBatch({ leadership, changes, keys, more: i < batches.length - 1, last: this.#published });
    }
    this.#unpublished = false;
  }

  /** What is here otherwise than it was published. */
  #changes(): { readonly changed: readonly string[]; readonly gone: readonly string[] } {
    const { local } = this.#of;
    const here = local.scan();
    const [sealing] = this.#of.keys();
    const changed = [...here].flatMap(([path, digest]) => {
      const there = local.remembered.get(path);
      return there?.digest !== digest || there.sealedBy !== sealing.id ? [path] : [];
    });
    const gone = [...local.remembered.keys()].filter((path) => !here.has(path) && !local.tooLarge.includes(path));
    return { changed, gone };
  }

  #hasOther(): boolean {
    const { other } = this.#of;
    return other !== undefined && this.#seen.get(other) === this.#published.revision;
  }

  #isAllPublished(): boolean {
    try {
      return !hasChanges(this.#changes());
    } catch {
      // The next round meets the same, and tells it.
      return false;
    }
  }

  async #publishBatch(publication: Publication): Promise<void> {
    const { local } = this.#of;
    const { leadership, changes, keys } = publication;
    const outcome = await this.#shelf.publish(publication);
    if (outcome === 'not ours') {
      if (this.#leadership === leadership) this.#endControl();
      throw notControlling();
    }
    if (outcome === 'overtaken') throw new WorldError('Conflict', 'files were published meanwhile');
    this.#published = outcome;
    const { revision } = outcome;
    for (const { path, bytes } of changes)
      if (bytes)
        local.remembered.set(path, {
          revision,
          digest: sha256Of(bytes),
          sealedBy: keys[0].id,
          hasParts: isLarge(bytes.length),
        });
      else local.remembered.delete(path);
    local.keepRecord();
  }

  /** What this round has brought about is said. */
  #settle(): void {
    const { self, direction, local, log } = this.#of;
    const [large] = local.tooLarge;
    this.#problem = large && `${large} is larger than ${FILE_BYTES_MAX} bytes: too large to be on both nodes`;
    const { revision, more } = this.#published;
    if (
      this.#role === 'following' &&
      direction !== 'out' &&
      revision > 0 &&
      !more &&
      this.#seen.get(self) !== revision
    ) {
      this.#seen.set(self, revision);
      this.#shelf.see(self, revision).catch((error: unknown) => {
        log.debug('how far shared files are here was not said', { error });
        this.#seen.delete(self);
      });
    }
    const isDone = ({ round }: { round: number }): boolean => this.#role === 'publishing' && round <= this.#round;
    const done = this.#waiters.filter(isDone);
    this.#waiters = this.#waiters.filter((waiter) => !isDone(waiter));
    for (const waiter of done) waiter.resolve();
  }
}

const hasChanges = ({ changed, gone }: { changed: readonly string[]; gone: readonly string[] }): boolean =>
  changed.length + gone.length > 0;

const notControlling = (): WorldError =>
  new WorldError('Unavailable', 'this node does not control the site', { attempted: 'publish files' });

/** Changes that fit a transaction each, large files last and one by one; at least one batch. */
function batchesOf(local: LocalFiles, paths: readonly string[]): Change[][] {
  const changes = paths.map((path): Change & { size: number } => {
    const bytes = local.read(path);
    const size = bytes?.length ?? 0;
    const hasParts = local.remembered.get(path)?.hasParts ?? false;
    return { path, ...(bytes && { bytes }), hasParts, size: hasParts || isLarge(size) ? BATCH_BYTES_MAX : size };
  });
  const batches: Change[][] = [];
  let batch: Change[] = [];
  let bytes = 0;
  for (const { size, ...change } of changes.sort((a, b) => a.size - b.size)) {
    if (batch.length > 0 && (batch.length === BATCH_FILES_MAX || bytes + size > BATCH_BYTES_MAX)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(change);
    bytes += size;
  }
  return [...batches, batch];
}
