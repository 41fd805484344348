// What the nodes told since a moment: their events, as their files have them.
import type { ToldEvent } from '#engine/drill';
import { fileBytes, readFrom } from '#platform/disk';
import type { LabNode } from '../../lab/lab-file.ts';
import { TOLD_BYTES_MAX } from '../limits.ts';

/** The last line may not be whole yet. */
function eventsIn(node: string, text: string): ToldEvent[] {
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.flatMap((line) => {
    try {
      const { subject, reason } = JSON.parse(line) as ToldEvent;
      return [{ node, subject, reason }];
    } catch {
      return [];
    }
  });
}

/** Everything told since this was called, each time that what it gives is called. */
export function tellingsFromNow(nodes: readonly LabNode[]): () => readonly ToldEvent[] {
  const from = nodes.map(({ name, folders: { eventsFile } }) => ({ name, eventsFile, start: fileBytes(eventsFile) }));
  return () =>
    from.flatMap(({ name, eventsFile, start }) => eventsIn(name, readFrom(eventsFile, start, TOLD_BYTES_MAX).text));
}
