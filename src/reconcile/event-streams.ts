// Decides what becomes of an event: a new one, one more of a known one, one of too many similar ones, or one too many.
// A stream is all events of one object with the same type, reason and message (similar: without the message).
import { eventBurst, eventRefillMs, eventSimilarMax, eventSimilarWindowMs, eventStreamsMax } from './limits.ts';

export type StreamVerdict =
  | { readonly kind: 'write' | 'similar'; readonly stream: string; readonly count: number }
  | { readonly kind: 'dropped' };

export interface EventStreams {
  observe(uid: string, note: { type: string; reason: string; message: string }, nowMs: number): StreamVerdict;
  /** Name of the event that a stream was last written to. */
  nameOf(stream: string): string | undefined;
  wrote(stream: string, name: string): void;
  /** A suffix that makes an event's name its own. */
  serial(nowMs: number): string;
}

/** A map that forgets what was used longest ago. */
function recent<V>(): { take(key: string, make: () => V): V; peek(key: string): V | undefined } {
  const map = new Map<string, V>();
  return {
    peek: (key) => map.get(key),
    take(key, make) {
      const value = map.get(key) ?? make();
      map.delete(key);
      map.set(key, value);
      if (map.size > eventStreamsMax) {
        const oldest = map.keys().next();
        if (!oldest.done) map.delete(oldest.value);
      }
      return value;
    },
  };
}

export function eventStreams(): EventStreams {
  const counts = recent<{ count: number; name?: string }>();
  const groups = recent<{ messages: Set<string>; sinceMs: number }>();
  const allowances = recent<{ tokens: number; atMs: number }>();
  let serial = 0;
  const allowed = (uid: string, nowMs: number): boolean => {
    const allowance = allowances.take(uid, () => ({ tokens: eventBurst, atMs: nowMs }));
    const grown = allowance.tokens + Math.max(0, nowMs - allowance.atMs) / eventRefillMs;
    allowance.tokens = Math.min(eventBurst, grown);
    allowance.atMs = nowMs;
    if (allowance.tokens < 1) return false;
    allowance.tokens -= 1;
    return true;
  };
  return {
    observe(uid, note, nowMs) {
      const group = `${uid}|${note.type}|${note.reason}`;
      const similar = groups.take(group, () => ({ messages: new Set(), sinceMs: nowMs }));
      if (nowMs - similar.sinceMs > eventSimilarWindowMs) {
        similar.messages.clear();
        similar.sinceMs = nowMs;
      }
      const many = similar.messages.size >= eventSimilarMax && !similar.messages.has(note.message);
      if (!many) similar.messages.add(note.message);
      const stream = many ? group : `${group}|${note.message}`;
      const counted = counts.take(stream, () => ({ count: 0 }));
      counted.count += 1;
      if (!allowed(uid, nowMs)) return { kind: 'dropped' };
      return { kind: many ? 'similar' : 'write', stream, count: counted.count };
    },
    nameOf: (stream) => counts.peek(stream)?.name,
    wrote(stream, name) {
      const counted = counts.peek(stream);
      if (counted) counted.name = name;
    },
    serial: (nowMs) => (BigInt(Math.floor(nowMs)) * 1_000_000n + BigInt(serial++ % 1_000_000)).toString(16),
  };
}
