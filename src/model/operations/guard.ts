// The guard that every front door asks: whether an operation is allowed where the site stands, and in which words it is refused.
import { assert, nearestOf, type Refusal, WorldError } from '#base';
import { isLegalPair, type Standing } from '#model/site';
import { OPERATIONS } from './catalogue.ts';
import { type LinkedMode, NO_WORKAROUND, type Operation, type Ruling } from './operation.ts';

/** The verdict in this pair, which must be a legal one. */
export function verdictOf(operation: Operation, { plane, mode }: Standing): Ruling {
  assert(isLegalPair(plane, mode), 'a site that was never activated has no hub plane');
  return plane === 'local' ? operation.verdicts.local[mode] : operation.verdicts.hub[mode as LinkedMode];
}

/** Errors: WorldError `Invalid`, with the nearest known name. */
export function operationNamed(name: string): Operation {
  const operation = OPERATIONS.find((one) => one.name === name);
  if (operation) return operation;
  const nearest = nearestOf(
    name,
    OPERATIONS.map((one) => one.name),
  );
  throw new WorldError('Invalid', `there is no operation ${name}`, {
    cure: nearest ? `did you mean ${nearest}?` : 'holdfast operations lists them all',
  });
}

/** The refusal of an operation in this pair, or undefined when it may go on (`queued` too: its door does the queueing). */
export function refusalOf(operation: Operation, standing: Standing): Refusal | undefined {
  const { verdict, reason, workaround } = verdictOf(operation, standing);
  if (verdict !== 'refused' && verdict !== 'absent') return undefined;
  return { operation: operation.name, ...standing, reason, workaround: workaround ?? NO_WORKAROUND };
}

/** Passes, or throws WorldError `Refused` with the refusal; its cure is the workaround. */
export function refuseUnlessAllowed(name: string, standing: Standing): void {
  const operation = operationNamed(name);
  const refusal = refusalOf(operation, standing);
  if (!refusal) return;
  const { verdict } = verdictOf(operation, standing);
  const how = verdict === 'absent' ? 'absent' : `refused on plane ${standing.plane} in mode ${standing.mode}`;
  throw new WorldError('Refused', `${name} (${operation.title}) is ${how}: ${refusal.reason}`, {
    ...(refusal.workaround === NO_WORKAROUND ? {} : { cure: refusal.workaround }),
    refusal,
  });
}
