// A lock that is a file naming its holder: freed when the holder says so or is dead.
import fs from 'node:fs';
import path from 'node:path';
import { systemCodeOf } from '#base';
import { identityOf, isAlive, type ProcessIdentity } from './identity.ts';

export type LockAttempt =
  | { readonly kind: 'held'; release(): void }
  | { readonly kind: 'busy'; readonly holder: ProcessIdentity };

/** A lock file is written empty, then filled: how often an empty one is read again before it counts as abandoned. */
const TAKEOVERS_MAX = 20;

function holderOf(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/** Who holds the lock, alive; undefined when nobody does. */
export function lockHolder(file: string): ProcessIdentity | undefined {
  const holder = holderOf(file);
  return holder && isAlive(holder) ? holder : undefined;
}

/** Tries to take the lock, once. The file appears whole (written aside, then linked), so a reader never sees half of it. */
export function tryLock(file: string): LockAttempt {
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const aside = `${file}.${process.pid}.tmp`;
  fs.writeFileSync(aside, JSON.stringify(identityOf(process.pid)), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < TAKEOVERS_MAX; attempt++) {
      if (linked(aside, file)) return { kind: 'held', release: () => fs.rmSync(file, { force: true }) };
      const holder = holderOf(file);
      if (holder && isAlive(holder)) return { kind: 'busy', holder };
      takeAway(file, holder);
    }
    return { kind: 'busy', holder: holderOf(file) ?? { pid: 0, startTicks: 0, bootId: '' } };
  } finally {
    fs.rmSync(aside, { force: true });
  }
}

/** Gives the file its second name; false when there is a file of that name. */
function linked(aside: string, file: string): boolean {
  try {
    fs.linkSync(aside, file);
    return true;
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') throw error;
    return false;
  }
}

/** Removes a dead holder's file; when somebody was faster and it is a living one's by now, puts it back. */
function takeAway(file: string, dead: ProcessIdentity | undefined): void {
  const away = `${file}.${process.pid}.stale`;
  try {
    fs.renameSync(file, away);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return;
    throw error;
  }
  const taken = holderOf(away);
  if (taken && taken.pid !== dead?.pid && isAlive(taken)) fs.linkSync(away, file);
  fs.rmSync(away, { force: true });
}
