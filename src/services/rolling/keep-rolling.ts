// A rolling restart at work on one voter: reads what is written down, and, where this voter controls, sees how the site is, asks the
// engine, carries its orders out and writes what becomes of it. A voter whose turn it is restarts itself. Nothing here decides.
import { messageOf, WorldError } from '#base';
import { type RollingOrders, type RollingView, rollingStep } from '#engine/rolling';
import type { NodeRestart } from '#model/site';
import type { Timer } from '#platform/clock';
import { connectEtcd, type Etcd } from '#platform/etcd';
import type { Rolling, RollingOptions } from './contract.ts';
import { ANSWER_MS, IDLE_LOOK_MS, RESTART_AGAIN_MS, STEP_MS } from './limits.ts';
import { type RecordRead, recordRead, recordWrite } from './record.ts';
import { cordon, evictPods, uncordon, type WorkerSeen, workerSeen } from './worker.ts';

export function keepRolling(of: RollingOptions): Rolling {
  return new Keeper(of);
}

class Keeper implements Rolling {
  readonly #of: RollingOptions;
  readonly #client: Etcd;
  #timer: Timer | undefined;
  #closed = false;
  /** Which step is seen, and since when. */
  #step = '';
  #sinceMs = 0;
  #restartingMs = Number.NEGATIVE_INFINITY;

  constructor(of: RollingOptions) {
    this.#of = of;
    this.#client = connectEtcd({ ...of.etcd, timeoutMs: ANSWER_MS });
    void this.#turn();
  }

  async state(): Promise<NodeRestart | undefined> {
    return (await recordRead(this.#client)).restart;
  }

  async begin(voters: readonly string[], drainMs: number): Promise<NodeRestart> {
    const { restart, revision } = await recordRead(this.#client);
    if (restart && !restart.ended)
      throw new WorldError('Conflict', `a restart goes on: ${restart.left[0]} of ${restart.left.join(', ')}`, {
        cure: 'wait until it has ended: holdfast events',
      });
    const leadership = this.#of.leadership();
    const begun: NodeRestart = { id: crypto.randomUUID(), left: voters, done: [], step: 'drain', drainMs };
    if (!leadership || !(await recordWrite(this.#client, leadership, { restart: begun, revision })))
      throw new WorldError('Unavailable', `${this.#of.self} does not control the site`, {
        cure: 'try again when a node controls: holdfast status',
      });
    this.#of.told({ type: 'Normal', reason: 'RestartBegun', message: `one after the other: ${voters.join(', ')}` });
    return begun;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#client.close();
  }

  async #turn(): Promise<void> {
    let nextMs = IDLE_LOOK_MS;
    try {
      const read = await recordRead(this.#client);
      if (read.restart && !read.restart.ended) {
        nextMs = STEP_MS;
        await this.#go({ ...read, restart: read.restart });
      }
    } catch (error) {
      this.#of.log.debug('a rolling restart waits', { error: messageOf(error) });
    }
    if (!this.#closed) this.#timer = this.#of.clock.after(nextMs, () => void this.#turn(), { background: true });
  }

  async #go(read: RecordRead & { restart: NodeRestart }): Promise<void> {
    const { self, clock } = this.#of;
    const { restart } = read;
    const [at] = restart.left;
    if (at === self && restart.step === 'restart' && this.#of.restartedFor() !== restart.id) {
      const nowMs = clock.monotonicMs();
      if (nowMs - this.#restartingMs < RESTART_AGAIN_MS) return;
      this.#restartingMs = nowMs;
      try {
        await this.#of.restart(restart.id);
      } catch (error) {
        this.#restartingMs = Number.NEGATIVE_INFINITY;
        throw error;
      }
      return;
    }
    const leadership = this.#of.leadership();
    if (leadership && at !== undefined) await this.#advance(read, at, leadership);
  }

  async #advance(
    read: RecordRead & { restart: NodeRestart },
    at: string,
    leadership: { readonly key: string; readonly value: string },
  ): Promise<void> {
    const worker = this.#of.workerOf(at);
    const seen = worker === undefined ? undefined : await workerSeen(this.#of.ask, worker);
    const { restart, orders } = rollingStep(read.restart, this.#view(read.restart, at, seen));
    await this.#carryOut(orders, seen, restart.id);
    if (JSON.stringify(restart) === JSON.stringify(read.restart)) return;
    if (await recordWrite(this.#client, leadership, { restart, revision: read.revision }))
      this.#tell(read.restart, restart);
  }

  #view(restart: NodeRestart, at: string, seen: WorkerSeen | undefined): RollingView {
    const nowMs = this.#of.clock.monotonicMs();
    const step = `${restart.id} ${at} ${restart.step}`;
    if (step !== this.#step) [this.#step, this.#sinceMs] = [step, nowMs];
    const { wanting, otherIsFit, restartedFor, runs } = this.#of.look(at);
    return {
      waitedMs: nowMs - this.#sinceMs,
      controller: this.#of.self,
      wanting,
      otherIsFit,
      at: {
        cordoned: seen?.cordoned ?? false,
        cordonedByThis: seen?.cordonedByThis ?? false,
        pods: seen?.toGo ?? [],
        ...(restartedFor !== undefined && { restartedFor }),
        isBack: runs && (seen?.ready ?? true),
      },
    };
  }

  async #carryOut(orders: RollingOrders, seen: WorkerSeen | undefined, id: string): Promise<void> {
    const { ask } = this.#of;
    if (seen && orders.cordon) await cordon(ask, seen, id);
    if (seen && orders.evict) await evictPods(ask, seen);
    if (seen && orders.uncordon) await uncordon(ask, seen);
    if (orders.handOver) this.#of.handOver();
  }

  #tell(from: NodeRestart, to: NodeRestart): void {
    const { told } = this.#of;
    const [at] = from.left;
    if (to.done.length > from.done.length) told({ type: 'Normal', reason: 'NodeRestarted', message: `${at} is back` });
    else if (to.step !== from.step) told({ type: 'Normal', reason: 'NodeRestarting', message: `${at}: ${to.step}` });
    if (to.ended?.how === 'done') told({ type: 'Normal', reason: 'RestartDone', message: to.ended.reason });
    else if (to.ended) told({ type: 'Warning', reason: 'RestartStopped', message: to.ended.reason });
  }
}
