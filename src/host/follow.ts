// Yields a file's lines: the last ones, and then, when following, those that come.
import type { Clock } from '#platform/clock';
import { fileBytes, readFrom } from '#platform/disk';
import { FOLLOW_POLL_MS, LOG_READ_BYTES } from './limits.ts';

/** Ends at the end of the file, unless `follow`; then it ends when the reader breaks off. An absent file is empty. */
export async function* followLines(of: { file: string; follow: boolean; clock: Clock }): AsyncGenerator<string> {
  const { file, follow, clock } = of;
  let next = Math.max(0, fileBytes(file) - LOG_READ_BYTES);
  // A reader that starts in the middle of a file starts in the middle of a line.
  let skipFirst = next > 0;
  let rest = '';
  for (;;) {
    const part = readFrom(file, next, LOG_READ_BYTES);
    if (part.next < next) rest = '';
    next = part.next;
    // A power cut leaves zeros where a file had grown and its end was not written.
    const lines = (rest + part.text.replaceAll('\0', '')).split('\n');
    rest = lines.pop() ?? '';
    if (skipFirst && lines.length > 0) {
      lines.shift();
      skipFirst = false;
    }
    yield* lines;
    if (part.text !== '') continue;
    if (!follow) break;
    await clock.sleep(FOLLOW_POLL_MS);
  }
  if (rest !== '') yield rest;
}
