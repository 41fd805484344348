// Keeps the cluster as the hub wants it, or says where it is not: observe, plan, carry out, report. A pass is driven by level: a new
// desired state, a change of plane, a failure before and the time for a full pass all lead to the same one; passes never overlap.
// What is wanted is on disk before anything is done for it, so that a restart goes on where a crash left off, link or no link.
import { backoffDelayMs, messageOf, sameJson, WorldError } from '#base';
import type { DesiredReport, DesiredState, ReportedObject } from '#model/link';
import type { Timer } from '#platform/clock';
import { renameFile } from '#platform/disk';
import { planDesired, planLeaving } from './apply.plan.ts';
import { ClusterObserver } from './cluster.observe.ts';
import type { DesiredApplier, DesiredOptions } from './contract.ts';
import { checkDesired, type DesiredFolder, desiredFolder, type Inventory, NO_INVENTORY } from './inventory.ts';
import { FAILED_BACKOFF, MANIFESTS_MAX, PASS_EVERY_MS } from './limits.ts';
import { PassRun } from './pass-run.ts';
import { reportOf } from './report.ts';
import { withSettings } from './settings.ts';

/** Begins with what is kept. Never throws over what it finds on disk. */
export function startDesiredState(options: DesiredOptions): DesiredApplier {
  return new DesiredStateController(options);
}

class DesiredStateController implements DesiredApplier {
  readonly #options: DesiredOptions;
  readonly #folder: DesiredFolder;
  readonly #observer: ClusterObserver;
  #desired: DesiredState | undefined;
  #inventory: Inventory = NO_INVENTORY;
  #report: DesiredReport | undefined;
  #toldReport: DesiredReport | undefined;
  #passes: Promise<unknown> = Promise.resolve();
  #timer: Timer | undefined;
  #failures = 0;
  #isStopped = false;

  constructor(options: DesiredOptions) {
    this.#options = options;
    this.#folder = desiredFolder(options.folder);
    this.#observer = new ClusterObserver(options.client, options.settings);
    this.#inventory = this.#opened('inventory', () => this.#folder.inventory()) ?? NO_INVENTORY;
    this.#desired = this.#opened('state', () => this.#folder.desired());
    if (this.#desired) this.#plan(0);
  }

  /** What cannot be believed is set aside and told; the hub sends the desired state anew. */
  #opened<T>(name: string, open: () => T): T | undefined {
    try {
      return open();
    } catch (error) {
      const file = `${this.#options.folder}/${name}.json`;
      renameFile(file, `${file}.damaged`);
      this.#options.event({
        type: 'Warning',
        subject: 'desired-state',
        reason: 'Damaged',
        message: `${messageOf(error)}; it was set aside as ${file}.damaged${name === 'inventory' ? ', and what it alone knew to prune stays' : ''}`,
      });
      return undefined;
    }
  }

  applied(): number {
    return this.#isOfOtherHub() ? 0 : this.#inventory.revision;
  }

  kept(): number {
    return this.#isOfOtherHub() ? 0 : (this.#desired?.revision ?? 0);
  }

  isNew(revision: number): boolean {
    return revision > this.applied() && revision !== this.kept();
  }

  drifted(): number {
    const { drifted = 0, differs = 0 } = this.#report?.counts ?? {};
    return drifted + differs;
  }

  report(): DesiredReport | undefined {
    return this.#report;
  }

  untold(): DesiredReport | undefined {
    return sameJson(this.#report, this.#toldReport) ? undefined : this.#report;
  }

  told(report: DesiredReport): void {
    this.#toldReport = report;
  }

  async apply(desired: DesiredState): Promise<DesiredReport> {
    checkDesired(desired);
    if (desired.manifests.length > MANIFESTS_MAX)
      throw new WorldError(
        'Invalid',
        `this desired state has ${desired.manifests.length} objects; at most ${MANIFESTS_MAX} are taken`,
      );
    const left = this.#passes.then(() => this.#leaveOtherHub());
    this.#passes = left.catch(() => undefined);
    await left;
    // A hub that was restored may count from earlier on: what was never applied gives way.
    if (this.isNew(desired.revision)) {
      const { activatedAt } = this.#options.standing();
      this.#keep({ ...this.#inventory, activatedAt: activatedAt ?? undefined });
      this.#folder.keepDesired(desired);
      this.#desired = desired;
    }
    const report = await this.look();
    return report?.revision === desired.revision ? report : reportOf(desired.revision, [], false);
  }

  look(): Promise<DesiredReport | undefined> {
    this.#timer?.cancel();
    this.#failures = 0;
    const pass = this.#passes.then(() => this.#pass());
    this.#passes = pass;
    return pass;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#passes;
  }

  #plan(afterMs: number): void {
    this.#timer?.cancel();
    if (this.#isStopped) return;
    const pass = (): void => {
      this.#passes = this.#passes.then(() => this.#pass());
    };
    this.#timer = this.#options.clock.after(afterMs, pass, { background: true });
  }

  /** One pass; never throws. Plans the next. */
  async #pass(): Promise<DesiredReport | undefined> {
    const passEveryMs = this.#options.passEveryMs?.() ?? PASS_EVERY_MS;
    const desired = this.#desired;
    if (!desired || this.#isStopped) return this.#report;
    try {
      await this.#leaveOtherHub();
      if (this.#desired) this.#take(desired, await this.#carriedOut(desired));
    } catch (error) {
      this.#options.log.warn('the desired state waits', { revision: desired.revision, error: messageOf(error) });
      this.#take(desired, undefined);
    }
    const isFailed = this.#failures > 0;
    this.#plan(isFailed ? Math.min(backoffDelayMs(FAILED_BACKOFF, this.#failures - 1), passEveryMs) : passEveryMs);
    return this.#report;
  }

  async #carriedOut(kept: DesiredState): Promise<readonly ReportedObject[]> {
    const { client, log, settings } = this.#options;
    const desired = withSettings(kept, settings);
    const standing = this.#options.standing();
    const isToSettle = standing.plane === 'hub' && this.#inventory.settledPlane !== standing.planeSince;
    const input = { desired, inventory: this.#inventory, standing, isToSettle };
    const facts = await this.#observer.observe(input);
    const decisions = planDesired({ ...input, facts });
    const run = new PassRun({
      client,
      log,
      settings,
      keep: (inventory) => this.#keep(inventory),
      isStopped: () => this.#isStopped,
    });
    const planned = { ...this.#inventory, ...(isToSettle && { settledPlane: standing.planeSince }) };
    return run.carryOut(planned, decisions);
  }

  #isOfOtherHub(): boolean {
    const { activatedAt } = this.#inventory;
    if (activatedAt === undefined) return false;
    try {
      return this.#options.standing().activatedAt !== activatedAt;
    } catch {
      // Where the site stands cannot be told now: what is here stays.
      return false;
    }
  }

  /** What another hub brought becomes the site's own; nothing of it is deleted. */
  async #leaveOtherHub(): Promise<void> {
    if (!this.#isOfOtherHub()) return;
    const { client, log, settings } = this.#options;
    const run = new PassRun({
      client,
      log,
      settings,
      keep: (kept) => this.#keep(kept),
      isStopped: () => this.#isStopped,
    });
    const objects = await run.carryOut(this.#inventory, planLeaving(this.#inventory));
    this.#folder.dropDesired();
    this.#desired = undefined;
    this.#report = undefined;
    this.#keep(NO_INVENTORY);
    this.#options.event({
      type: 'Normal',
      subject: 'desired-state',
      reason: 'Released',
      message: `the site left its hub: ${objects.length} objects and settings that it had brought are the site's own now`,
    });
  }

  #keep(inventory: Inventory): void {
    if (sameJson(inventory, this.#inventory)) return;
    this.#folder.keepInventory(inventory);
    this.#inventory = inventory;
  }

  /** Undefined: the pass came to nothing. */
  #take(desired: DesiredState, objects: readonly ReportedObject[] | undefined): void {
    const isFailed = objects?.some(({ state }) => state === 'failed') ?? true;
    this.#failures = isFailed ? this.#failures + 1 : 0;
    if (!objects) return;
    const isLocal = this.#options.standing().plane === 'local';
    const waits = isLocal && objects.some(({ state }) => state === 'drifted');
    const isComplete = !isFailed && !waits;
    if (isComplete && !isLocal && this.#inventory.revision !== desired.revision)
      this.#keep({ ...this.#inventory, revision: desired.revision });
    const before = this.#report;
    this.#report = reportOf(desired.revision, objects, isComplete);
    if (!sameJson(before, this.#report)) this.#tell(this.#report);
  }

  #tell({ revision, counts, objects }: DesiredReport): void {
    const { failed = 0, differs = 0 } = counts;
    const text = Object.entries(counts)
      .map(([state, count]) => `${count} ${state}`)
      .join(', ');
    const [first] = objects;
    this.#options.log.info('the desired state', { revision, counts });
    this.#options.event({
      type: failed + differs > 0 ? 'Warning' : 'Normal',
      subject: 'desired-state',
      reason: failed > 0 ? 'Failed' : differs > 0 ? 'Differs' : 'Applied',
      message: `revision ${revision}: ${text || 'nothing is wanted'}${first ? `; ${first.object}: ${first.message ?? first.state}` : ''}`,
    });
  }
}
