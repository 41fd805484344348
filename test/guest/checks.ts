// What a stage of the job found: what had to hold and did or did not, and figures.

export interface StageReport {
  readonly stage: string;
  tookMs: number;
  readonly held: string[];
  readonly failures: string[];
  readonly figures: Record<string, number | string>;
}

export class Checks {
  readonly report: StageReport;
  readonly #beganMs = Date.now();

  constructor(stage: string) {
    this.report = { stage, tookMs: 0, held: [], failures: [], figures: {} };
  }

  /** `seen` is shown when it does not hold. The stage goes on, so that one run tells all. */
  holds(what: string, does: boolean, seen: unknown = ''): void {
    if (does) {
      this.report.held.push(what);
      this.#tell(`holds: ${what}`);
    } else this.fail(`${what}: ${typeof seen === 'string' ? seen : JSON.stringify(seen)}`);
  }

  equal(what: string, seen: unknown, expected: unknown): void {
    this.holds(what, JSON.stringify(seen) === JSON.stringify(expected), { seen, expected });
  }

  fail(text: string): void {
    this.report.failures.push(text);
    this.#tell(`FAILS: ${text}`);
  }

  elapsedMs(): number {
    return Date.now() - this.#beganMs;
  }

  figure(name: string, value: number | string): void {
    this.report.figures[name] = value;
    this.#tell(`${name}: ${value}`);
  }

  #tell(text: string): void {
    console.error(`[${this.report.stage} ${Math.round(this.elapsedMs() / 1000)} s] ${text}`);
  }

  finish(): StageReport {
    this.report.tookMs = this.elapsedMs();
    return this.report;
  }
}
