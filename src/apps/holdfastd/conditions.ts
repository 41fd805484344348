// What is told of a running site, each thing with its reason and a sentence: data in, conditions out.
import { DISK_LOW_BYTES, type SiteCondition } from '#model/site';
import { type Clock, rfc3339 } from '#platform/clock';
import type { ProcessState } from '#services/supervisor';

const MIB = 1024 ** 2;

export interface ConditionFact {
  readonly type: string;
  readonly holds: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface SiteFacts {
  readonly apiAnswers: boolean;
  /** Machines that are no Ready nodes, as they are told. */
  readonly nodesMissing: readonly string[];
  /** Processes that keep dying. */
  readonly dying: readonly Pick<ProcessState, 'name' | 'lastEnd'>[];
  readonly outsideAddress?: string;
  /** Bytes free on the file system of the data folder. */
  readonly freeBytes: number;
  /** The room that a store keeps for deletes is given away, since there is no other. */
  readonly reserveUsed: boolean;
  /** Whether the site's time is trusted, and what it rests on. */
  readonly clock: Omit<ConditionFact, 'type'>;
  /** Why doors on the outside address are not open. */
  readonly closedDoors: readonly string[];
}

/** A condition that holds unless there is something to tell against it. */
function unless(against: string, type: string, said: { holds: string; fails: string; fine: string }): ConditionFact {
  const holds = against === '';
  return { type, holds, reason: holds ? said.holds : said.fails, message: holds ? said.fine : against };
}

function diskFact(of: Pick<SiteFacts, 'freeBytes' | 'reserveUsed'>): ConditionFact {
  const type = 'DiskRoom';
  const free = `${Math.floor(of.freeBytes / MIB)} MiB are free where the site's data are`;
  if (of.reserveUsed)
    return {
      type,
      holds: false,
      reason: 'DiskFull',
      message: `${free}: writes are refused, reads and deletes work; make room on the disk, and writes work by themselves`,
    };
  if (of.freeBytes < DISK_LOW_BYTES)
    return { type, holds: false, reason: 'DiskLow', message: `${free}: make room before writes are refused` };
  return { type, holds: true, reason: 'Enough', message: free };
}

export function conditionFacts(of: SiteFacts): ConditionFact[] {
  const missing = of.nodesMissing.join(', ');
  return [
    unless(of.apiAnswers ? '' : 'the Kubernetes API does not answer', 'ApiAnswering', {
      holds: 'Answers',
      fails: 'NoAnswer',
      fine: 'the Kubernetes API answers',
    }),
    unless(missing && `not Ready: ${missing}`, 'MachinesReady', {
      holds: 'AllReady',
      fails: 'NotReady',
      fine: 'every machine is a Ready node',
    }),
    unless(of.dying.map(({ name, lastEnd }) => `${name}: ${lastEnd}`).join('; '), 'ProcessesStable', {
      holds: 'Stable',
      fails: 'KeepsDying',
      fine: 'no process keeps dying',
    }),
    diskFact(of),
    { type: 'ClockTrusted', ...of.clock },
    ...(of.outsideAddress
      ? [
          unless(of.closedDoors.join('; '), 'OutsideDoorsOpen', {
            holds: 'Open',
            fails: 'CannotListen',
            fine: `the doors answer at ${of.outsideAddress}`,
          }),
        ]
      : []),
  ];
}

/** Turns facts into conditions that say since when they are as they are. */
export function conditionDates(clock: Clock): (fact: ConditionFact) => SiteCondition {
  const since = new Map<string, { readonly status: string; readonly at: string }>();
  return ({ type, holds, reason, message }) => {
    const status = holds ? 'True' : 'False';
    const before = since.get(type);
    const at = before?.status === status ? before.at : rfc3339(clock.now());
    since.set(type, { status, at });
    return { type, status, reason, message, since: at };
  };
}
