// Decides which member of etcd may be restarted now. A member reads at its start whom it trusts, so each is restarted when that was
// replaced: one at a time, only while all others are there and have caught up, followers by name, the leader last, so that no write waits
// for more than one election, and none at all where the leader hands over.
//
//   whoever was started with what is wanted stays · one that does not answer, or lags, is waited for · nobody left: done
import { APPLIED_LAG_MAX } from './limits.ts';

/** A member as it is seen now. */
export interface MemberSeen {
  readonly name: string;
  /** It answers, and follows a leader or is it. */
  readonly up: boolean;
  readonly leads: boolean;
  /** Newest entry of the log that it has carried out. */
  readonly applied: number;
  /** Whom it was started to trust; undefined while that is not known. */
  readonly startedWith?: string;
  /** Whom its voter has it trust from the next start on. */
  readonly wanted?: string;
}

export type RestartPlan =
  | { readonly kind: 'restart'; readonly name: string }
  | { readonly kind: 'wait'; readonly reason: string }
  | { readonly kind: 'done' };

export function planMemberRestart(members: readonly MemberSeen[]): RestartPlan {
  const stale = members.filter(({ startedWith, wanted }) => wanted !== undefined && startedWith !== wanted);
  if (stale.length === 0) return { kind: 'done' };
  const away = members.find(({ up }) => !up);
  if (away) return { kind: 'wait', reason: `${away.name} does not answer` };
  if (!members.some(({ leads }) => leads)) return { kind: 'wait', reason: 'nobody leads' };
  const newest = Math.max(...members.map(({ applied }) => applied));
  const late = members.find(({ applied }) => newest - applied > APPLIED_LAG_MAX);
  if (late) return { kind: 'wait', reason: `${late.name} has not caught up` };
  const [first] = stale.toSorted((a, b) => Number(a.leads) - Number(b.leads) || (a.name < b.name ? -1 : 1));
  return first ? { kind: 'restart', name: first.name } : { kind: 'done' };
}

/** Whether every voter has what is wanted here, and its member was started with it. */
export const isInUseEverywhere = (members: readonly MemberSeen[], wanted: string): boolean =>
  members.every((member) => member.startedWith === wanted && member.wanted === wanted);
