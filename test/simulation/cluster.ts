// What the cluster of a simulated site plans by time: cron jobs come due, and its node is judged by its signs of life. The node's agent
// may be frozen for a while; times that stand in objects are the site's at that moment.
import type { CronJob, Job } from '#model/kube';
import type { SignSeen } from '../../src/services/controllers/node/node-health.plan.ts';
import type { Timekeeper } from './timekeeper.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, type Shared } from './world.ts';

const CRONS = [{ name: 'nightly', schedule: '0 3 * * *' }] as const;
/** A node renews its lease this often. */
const RENEW_MS = 10 * SECOND_MS;

const timeText = (ms: number): string => new Date(ms).toISOString();

/** The agent of the node, which outlives the cluster's processes. */
export class Agent {
  frozenSinceMs: number | undefined;
  /** Milliseconds since 1970, as a text. */
  renewed: string | undefined;
}

export class Cluster {
  readonly #shared: Shared;
  readonly #clock: Timekeeper;
  readonly #agent: Agent;
  readonly #wakesBootMs = new Map<string, number>();
  #seen: SignSeen | undefined;
  #isLost = false;

  constructor(shared: Shared, clock: Timekeeper, agent: Agent) {
    this.#shared = shared;
    this.#clock = clock;
    this.#agent = agent;
  }

  get isNodeLost(): boolean {
    return this.#isLost;
  }

  dueMs(): number {
    const { frozenSinceMs } = this.#agent;
    return frozenSinceMs === undefined || this.#isLost ? Number.POSITIVE_INFINITY : frozenSinceMs + 2 * MINUTE_MS;
  }

  /** The node renewed its lease all along, and cron jobs came due. Errors: Crash. */
  quiet(): void {
    const agoMs = Math.floor(this.#shared.random.next() * RENEW_MS);
    if (this.#agent.frozenSinceMs === undefined) this.#renewed(agoMs);
    const { bootMs } = this.#clock.reading();
    for (const { name } of CRONS) {
      // A wake that does not come later would never end; then it is seen at the next look.
      for (let turns = 0; turns < 40; turns++) {
        const wakesMs = this.#wakesBootMs.get(name) ?? bootMs;
        if (wakesMs >= bootMs) break;
        this.#reconcile(name, bootMs - wakesMs);
      }
    }
  }

  /** Everybody looks now, as after a jump: the node has not renewed since. Errors: Crash. */
  look(): void {
    this.#judge(0);
    for (const { name } of CRONS) this.#reconcile(name, 0);
  }

  /** Errors: Crash. */
  work(): void {
    if (this.#agent.frozenSinceMs === undefined) this.#renewed(0);
    else this.#judge(0);
    const { bootMs } = this.#clock.reading();
    for (const { name } of CRONS) if ((this.#wakesBootMs.get(name) ?? 0) <= bootMs) this.#reconcile(name, 0);
  }

  #renewed(agoMs: number): void {
    this.#agent.renewed = String(this.#clock.now() - agoMs);
    this.#judge(agoMs);
  }

  #judge(agoMs: number): void {
    const { renewed } = this.#agent;
    const { bootMs } = this.#clock.reading();
    const times = { bootMs: bootMs - agoMs, siteMs: this.#clock.now() - agoMs };
    const { seen, isSilent } = this.#shared.rules.judgeNode(this.#seen, [renewed], times);
    this.#seen = seen;
    if (isSilent !== this.#isLost) this.#shared.see({ kind: 'node', isLost: isSilent });
    this.#isLost = isSilent;
  }

  #cron(name: string, now: number): CronJob {
    const schedule = CRONS.find((cron) => cron.name === name)?.schedule ?? '';
    const made: CronJob = {
      metadata: { name, namespace: 'shop', creationTimestamp: timeText(now) },
      spec: { schedule, jobTemplate: {} },
    } as CronJob;
    return this.#shared.disk.read<CronJob>(`cron/${name}`) ?? made;
  }

  /** As the controller does it, `agoMs` ago: the job first, then the status. Errors: Crash. */
  #reconcile(name: string, agoMs: number): void {
    const { disk, rules, see } = this.#shared;
    const now = this.#clock.now() - agoMs;
    const cron = this.#cron(name, now);
    const jobs = disk.read<readonly Job[]>(`jobs/${name}`) ?? [];
    const { start, forget, againAfterMs } = rules.planCronJob({ cron, jobs, nowMs: now });
    let left = jobs.filter((job) => !forget.includes(job));
    if (start) {
      // A time that comes again after a clock was put back finds the job that ran for it.
      const isNew = !left.some((job) => job.metadata?.name === start.name);
      if (isNew) left = [...left, finishedJob(start.name, now)];
      see({ kind: 'cron', name, scheduledMs: start.scheduledMs, isNew });
    }
    if (left.length !== jobs.length || start) disk.write(`jobs/${name}`, left);
    const status = start ? { lastScheduleTime: timeText(start.scheduledMs) } : cron.status;
    if (start || !disk.read(`cron/${name}`)) disk.write(`cron/${name}`, { ...cron, ...(status && { status }) });
    this.#wakesBootMs.set(name, this.#clock.reading().bootMs - agoMs + (againAfterMs ?? 24 * HOUR_MS));
  }
}

/** It ran, and was well. */
const finishedJob = (name: string, now: number): Job =>
  ({
    metadata: { name, creationTimestamp: timeText(now) },
    status: {
      startTime: timeText(now),
      completionTime: timeText(now),
      conditions: [{ type: 'Complete', status: 'True' }],
    },
  }) as Job;
