// A watch that goes on from the last change that it saw misses nothing, and sees no change twice. Everybody sees the same changes; and
// every write that was answered is seen by whoever has gone past its revision.
import { present } from '#base';
import type { Pair } from '../pair.ts';
import type { PairChecker } from './checkers.ts';

interface Watcher {
  from: number;
  last: number;
  /** How many of all known changes it has seen, of those after `from`. */
  seen: Set<number>;
}

export function watches(_: Pair): PairChecker {
  const watchers = new Map<string, Watcher>();
  /** Everything that anybody saw, and every write that was answered. */
  const changes = new Map<number, string | undefined>();

  const missed = ({ from, last, seen }: Watcher): number | undefined =>
    [...changes.keys()].find((revision) => revision > from && revision <= last && !seen.has(revision));

  return {
    name: 'watches',
    saw(observation) {
      if (observation.kind === 'answered') {
        const { answer, request } = observation;
        if (
          answer.kind === 'done' &&
          answer.revision !== undefined &&
          request.kind !== 'read' &&
          !changes.has(answer.revision)
        )
          changes.set(answer.revision, undefined);
        return undefined;
      }
      if (observation.kind === 'listed') {
        const before = watchers.get(observation.watcher);
        const gap = before && missed(before);
        const { revision } = observation;
        watchers.set(observation.watcher, { from: revision, last: revision, seen: new Set() });
        return gap === undefined ? undefined : `${observation.watcher} missed revision ${gap}`;
      }
      if (observation.kind !== 'watched') return undefined;
      const { watcher, revision, text } = observation;
      const of = present(watchers.get(watcher), 'it listed first');
      if (revision <= of.last) return `${watcher} sees revision ${revision} after ${of.last}`;
      of.last = revision;
      of.seen.add(revision);
      const known = changes.get(revision);
      if (known !== undefined && known !== text)
        return `revision ${revision} is seen as ${text}, and was seen as ${known}`;
      changes.set(revision, text);
      return undefined;
    },
    end() {
      for (const [name, watcher] of watchers) {
        const gap = missed(watcher);
        if (gap !== undefined) return `${name} missed revision ${gap}`;
      }
      return undefined;
    },
  };
}
