// What the simulated API does with a request: it reads what is committed, and writes through the store.
import { WorldError } from '#base';
import type { Decide, Entry, Store } from '#store';
import type { Answer, Request } from './world.ts';

const text = (entry: Entry | undefined): string | undefined => entry && Buffer.from(entry.bytes).toString();

const DECIDE: Record<Exclude<Request['kind'], 'read'>, (request: Request) => Decide<undefined>> = {
  write:
    ({ value }) =>
    () => ({ kind: 'put', encode: () => Buffer.from(value) }),
  delete: () => (current) => (current ? { kind: 'delete', encode: () => Buffer.from('gone') } : { kind: 'keep' }),
  count: () => (current) => ({ kind: 'put', encode: () => Buffer.from(String(Number(text(current) ?? 0) + 1)) }),
};

/** Nothing of it was written, as the contract of the store has it. */
const isRefusal = (error: unknown): boolean =>
  error instanceof WorldError && (error.code === 'Unavailable' || error.code === 'Exhausted');

export function answerRequest(store: Store<undefined>, request: Request, answered: (answer: Answer) => void): void {
  if (request.kind === 'read') {
    const entry = store.get(request.key);
    answered({ kind: 'done', ...(entry && { value: text(entry), revision: entry.revision }) });
    return;
  }
  store.write(request.key, DECIDE[request.kind](request)).then(
    (outcome) => {
      const { entry } = outcome;
      answered({ kind: 'done', ...(entry && { value: text(entry), revision: entry.revision }) });
    },
    (error: unknown) => answered({ kind: isRefusal(error) ? 'refused' : 'unknown' }),
  );
}
