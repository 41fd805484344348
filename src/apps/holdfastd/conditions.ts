// What is told of a running site, each thing with its reason and a sentence: data in, conditions out.
import type { ProcessState } from '#services/supervisor';

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
  /** Why doors on the outside address are not open. */
  readonly closedDoors: readonly string[];
}

/** A condition that holds unless there is something to tell against it. */
function unless(against: string, type: string, said: { holds: string; fails: string; fine: string }): ConditionFact {
  const holds = against === '';
  return { type, holds, reason: holds ? said.holds : said.fails, message: holds ? said.fine : against };
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
