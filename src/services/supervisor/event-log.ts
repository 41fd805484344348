// What happened on the site: JSON lines in a file that is bounded by keeping one file before it.

import { type Clock, rfc3339 } from '#platform/clock';
import { appendText, fileBytes, rotateInPlace } from '#platform/disk';
import type { EventLog } from './contract.ts';
import { EVENTS_BYTES_MAX } from './limits.ts';

export function openEventLog(options: { file: string; clock: Clock }): EventLog {
  const { file, clock } = options;
  return {
    add: (event) => {
      if (fileBytes(file) > EVENTS_BYTES_MAX) rotateInPlace(file);
      appendText(file, `${JSON.stringify({ time: rfc3339(clock.now()), ...event })}\n`);
    },
  };
}
