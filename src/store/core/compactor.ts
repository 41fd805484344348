// Drops dead records from the log: when they have become worth it after a write, never while nothing is written.

import type { Revision } from '../contract.ts';
import { DEAD_BYTES_MIN, DROP_OPS_MAX } from '../limits.ts';
import { DeadRecords } from './dead-records.ts';
import type { StoreLog } from './store-log.ts';

export class Compactor {
  /** Bytes of all live entries; what dead ones are weighed against. */
  liveBytes = 0;
  readonly dead = new DeadRecords();
  readonly #log: StoreLog;
  #running: Promise<void> | undefined;

  constructor(log: StoreLog) {
    this.#log = log;
  }

  /** Before the log is read again from its beginning. */
  reset(): void {
    this.dead.take(this.dead.count);
    this.liveBytes = 0;
  }

  /** Runs when dead records take more than a floor and half of what is alive. */
  offer(floor: Revision): void {
    if (this.dead.bytes > Math.max(DEAD_BYTES_MIN, this.liveBytes / 2)) void this.run(floor);
  }

  /** Drops all that is dead now. A failure leaves the rest for another time; it costs room, never data. */
  run(floor: Revision): Promise<void> {
    this.#running ??= this.#drop(floor).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  async #drop(floor: Revision): Promise<void> {
    do {
      const records = this.dead.take(DROP_OPS_MAX);
      try {
        await this.#log.drop(
          records.map((record) => record.revision),
          floor,
        );
      } catch {
        // They stay dead, and a later pass drops them.
        this.dead.putBack(records);
        return;
      }
    } while (this.dead.count > 0);
  }
}
