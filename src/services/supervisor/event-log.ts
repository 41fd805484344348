// What happened on the site: JSON lines in a file that is bounded by keeping one file before it.

import { type Clock, rfc3339 } from '#platform/clock';
import { appendText, fileBytes, rotateInPlace } from '#platform/disk';
import type { Log } from '#platform/log';
import type { EventLog } from './contract.ts';
import { EVENTS_BYTES_MAX } from './limits.ts';

/** Events that a full disk does not take stand in `log` alone. */
export function openEventLog(options: { file: string; clock: Clock; log: Log }): EventLog {
  const { file, clock, log } = options;
  return {
    add: (event) => {
      try {
        if (fileBytes(file) > EVENTS_BYTES_MAX) rotateInPlace(file);
        appendText(file, `${JSON.stringify({ time: rfc3339(clock.now()), ...event })}\n`);
      } catch (error) {
        log.warn('an event was not kept', { ...event, error });
      }
    },
  };
}
