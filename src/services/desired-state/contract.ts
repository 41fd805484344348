// What the desired state is given of the rest of a site, and what it offers.
import type { Client } from '#client';
import type { DesiredReport, DesiredState } from '#model/link';
import type { Standing } from '#model/site';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { SettingsDoor } from './settings.ts';

export interface DesiredStanding extends Standing {
  /** When the plane was declared; tells one declaration from the next. */
  readonly planeSince: number;
  /** When the site joined the hub that it has; tells one hub from the next. Null without one. */
  readonly activatedAt: number | null;
}

export interface DesiredEvent {
  readonly type: 'Normal' | 'Warning';
  readonly subject: string;
  readonly reason: string;
  readonly message: string;
}

export interface DesiredOptions {
  /** Of its own; holds what is wanted and what was brought. */
  readonly folder: string;
  /** Acts as the applier. */
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the site stands now. */
  standing(): DesiredStanding;
  /** Absent: the hub sets none. */
  readonly settings?: SettingsDoor;
  event(event: DesiredEvent): void;
  /** Time between full passes; default `PASS_EVERY_MS`. */
  readonly passEveryMs?: () => number;
}

export interface DesiredApplier {
  /** Revision that was applied whole; 0 for none. */
  applied(): number;
  /** Newest revision that is kept here, applied or not; 0 for none. */
  kept(): number;
  /** Whether a revision that the hub has is worth fetching. */
  isNew(revision: number): boolean;
  /** Objects that differ from it, as of the last pass. */
  drifted(): number;
  /** Keeps it, then answers what became of it. Errors: WorldError `Invalid`, `Exhausted`. */
  apply(desired: DesiredState): Promise<DesiredReport>;
  /** As of the last pass; undefined before there is a desired state. */
  report(): DesiredReport | undefined;
  /** The last report when the hub was not told it, or one that says the same. */
  untold(): DesiredReport | undefined;
  told(report: DesiredReport): void;
  /** A pass now: where the site stands has changed. */
  look(): Promise<DesiredReport | undefined>;
  stop(): Promise<void>;
}
