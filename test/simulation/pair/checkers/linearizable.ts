// What people read and write is linearizable, key by key. Every write has a value of its own and, once it is answered or read, a
// revision; so the order of the revisions must be one in which everything could have happened between its question and its answer:
// what was answered before something was asked comes before it. A write of unknown fate may come whenever it was asked, or never.

import { COUNTER } from '../clients.ts';
import type { Pair } from '../pair.ts';
import type { Answer, Request } from '../world.ts';
import type { PairChecker } from './checkers.ts';

interface Key {
  /** The newest revision that an answered question has shown. */
  newest: number;
  /** What is known to stand at each revision. */
  readonly at: Map<number, string | undefined>;
  /** Revision of each value. */
  readonly of: Map<string, number>;
  /** Whether the newest is a deletion. */
  isGone: boolean;
  /** Deletions of unknown fate. */
  doubtfulDeletes: number;
}

type Done = Extract<Answer, { kind: 'done' }>;

export function linearizable({ timeline }: Pair): PairChecker {
  const keys = new Map<string, Key>();
  /** What was known when it was asked. */
  const asked = new Map<
    number,
    { readonly newest: number; readonly isGone: boolean; readonly deletes: number; readonly doubtful: number }
  >();
  const written = new Map<string, { readonly request: Request; refused: boolean }>();
  const deletes = new Map<string, number>();
  const counted = new Set<string>();

  const keyOf = (key: string): Key => {
    const found = keys.get(key) ?? { newest: 0, at: new Map(), of: new Map(), isGone: true, doubtfulDeletes: 0 };
    keys.set(key, found);
    return found;
  };

  /** Something stands at a revision. */
  const stands = (key: Key, revision: number, value: string | undefined): string | undefined => {
    if (key.at.has(revision) && key.at.get(revision) !== value)
      return `revision ${revision} is ${value} and ${key.at.get(revision)}`;
    key.at.set(revision, value);
    if (value === undefined) return undefined;
    if ((key.of.get(value) ?? revision) !== revision) return `${value} stands at ${revision} and ${key.of.get(value)}`;
    key.of.set(value, revision);
    return undefined;
  };

  const shows = (key: Key, revision: number, isGone: boolean): void => {
    if (revision <= key.newest) return;
    key.newest = revision;
    key.isGone = isGone;
  };

  const read = (request: Request, { value, revision }: Done): string | undefined => {
    const key = keyOf(request.key);
    const then = asked.get(request.id) ?? { newest: 0, isGone: true, deletes: 0, doubtful: 0 };
    if (value === undefined || revision === undefined) {
      const isAsked = (deletes.get(request.key) ?? 0) > then.deletes || then.doubtful > 0;
      const mayBeGone = then.isGone || isAsked || key.doubtfulDeletes > 0;
      return mayBeGone ? undefined : `${request.key} is not there, and revision ${then.newest} was shown before`;
    }
    const write = written.get(value);
    if (request.key !== COUNTER && write?.request.key !== request.key) return `${value} was never written`;
    if (write?.refused) return `${value} was refused, and stands`;
    if (revision < then.newest) return `revision ${revision} is read, and ${then.newest} was shown before`;
    if (revision === then.newest && then.isGone) return `revision ${revision} is read, and was a deletion`;
    const problem = stands(key, revision, value);
    shows(key, revision, false);
    return problem;
  };

  const wrote = (request: Request, { value, revision }: Done): string | undefined => {
    if (revision === undefined) return read(request, { kind: 'done' });
    const key = keyOf(request.key);
    const then = asked.get(request.id)?.newest ?? 0;
    if (revision <= then) return `revision ${revision} is written, and ${then} was shown before`;
    const isGone = request.kind === 'delete';
    const problem = stands(key, revision, isGone ? undefined : value);
    shows(key, revision, isGone);
    if (request.kind !== 'count' || value === undefined) return problem;
    if (counted.has(value)) return `${value} was counted twice`;
    counted.add(value);
    return problem;
  };

  const answered = (request: Request, answer: Answer): string | undefined => {
    const then = timeline.nowMs;
    if (answer.kind === 'done') {
      const problem = request.kind === 'read' ? read(request, answer) : wrote(request, answer);
      return problem && `${request.kind} ${request.id} of ${request.key}, answered at ${Math.round(then)}: ${problem}`;
    }
    const write = written.get(request.value);
    if (answer.kind === 'refused' && write) {
      write.refused = true;
      if (keyOf(request.key).of.has(request.value)) return `${request.value} stands, and was refused`;
    }
    return undefined;
  };

  return {
    name: 'linearizable',
    saw(observation) {
      if (observation.kind === 'asked') {
        const { request } = observation;
        const key = keyOf(request.key);
        if (request.kind === 'delete') {
          deletes.set(request.key, (deletes.get(request.key) ?? 0) + 1);
          key.doubtfulDeletes++;
        }
        if (request.kind === 'write') written.set(request.value, { request, refused: false });
        asked.set(request.id, {
          newest: key.newest,
          isGone: key.isGone,
          deletes: deletes.get(request.key) ?? 0,
          doubtful: key.doubtfulDeletes,
        });
      }
      if (observation.kind !== 'answered') return undefined;
      const { request, answer } = observation;
      if (request.kind === 'delete' && answer.kind !== 'unknown') keyOf(request.key).doubtfulDeletes--;
      return answered(request, answer);
    },
  };
}
