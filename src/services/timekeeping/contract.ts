// What keeping the site's time needs, and what it offers.
import type { ClockReading } from '#engine/clock';
import type { ClockStatus, TimeSource } from '#model/site';
import type { Clock } from '#platform/clock';
import type { Log } from '#platform/log';
import type { NtpClient } from '#platform/ntp';

/** What the operator has set; read afresh each time. */
export interface ClockSettings {
  readonly ntpServers: readonly string[];
  /** The site may set the machine's clock. */
  readonly setSystemClock: boolean;
}

export interface TimekeepingOptions {
  /** What is known of time across reboots. */
  readonly ratchetFile: string;
  /** What every process reads. */
  readonly clockFile: string;
  /** Timers alone. */
  readonly clock: Pick<Clock, 'after' | 'monotonicMs'>;
  reading(): ClockReading;
  readonly ntp: NtpClient;
  settings(): ClockSettings;
  /** Sets the machine's clock; absent where that is not possible. */
  setSystem?(timeMs: number): Promise<void>;
  event(event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string }): void;
  readonly log: Log;
}

export interface Timekeeper {
  status(): ClockStatus;
  /** What the condition ClockTrusted says. */
  condition(): { readonly holds: boolean; readonly reason: string; readonly message: string };
  /** The operator accepts the tentative time, or states the true one. Errors: WorldError `Conflict`, `Invalid`. */
  confirm(timeMs?: number): void;
  /** Drops the tentative time, or takes back what was stated last. Errors: WorldError `Conflict`. */
  undo(): void;
  /** Somebody vouches for a time, which came over a way there and back of `roundTripMs`. */
  sample(source: Exclude<TimeSource, 'operator'>, timeMs: number, roundTripMs: number): void;
  /** For drills: the system clock is taken to be this much off what it says, until this ends. */
  shiftSystem(byMs: number): void;
  /** Resolves when the time is trusted, the time servers were asked once, or that takes too long. */
  settled(): Promise<void>;
  close(): void;
}
