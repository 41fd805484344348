// One pass over the certificates: moves the replacement of authorities on, issues what is due, and says what it did.

import { WorldError } from '#base';
import {
  AUTHORITIES,
  type Authority,
  authorityIsDue,
  type IssueStep,
  LINES,
  type Line,
  type Rollover,
  type RolloverEvent,
  rolloverStep,
} from '#engine/certificates';
import { readCertificate } from '#platform/x509';
import { openGenerations } from './generations.ts';
import { ensurePki, type PkiWish } from './pki.ts';
import { type Rollovers, readRollovers, writeRollovers } from './rollovers.ts';

export interface RenewalWorld extends PkiWish {
  /** How long this process has seen a state of a line that bears this name, by a clock that never jumps. */
  seenForMs(line: Line, name: string): number;
  /** When the last credential ends that the signing generation of a line has given to others. */
  neededUntilMs(line: Line): number;
  /** Whether something without an end rests on the generation before the current one. */
  isHeld(line: Line): Promise<boolean>;
}

export interface RenewalPass {
  readonly issued: readonly IssueStep[];
  /** Lines whose replacement went on, and to where. */
  readonly moved: readonly { readonly line: Line; readonly to: Rollover }[];
}

/** Applies an event to one line and stores the state. Errors: WorldError `Conflict` when it is refused. */
export function stepLine(world: PkiWish, line: Line, event: RolloverEvent): Rollover | undefined {
  const { folders, site, now } = world;
  const generations = openGenerations({ folder: folders.pki, siteName: site.name, now });
  const rollovers = readRollovers(folders.pki, generations, now);
  const step = rolloverStep(rollovers[line], event, now);
  if (step.kind === 'refused')
    throw new WorldError('Conflict', `${line}: ${step.reason}`, { attempted: 'replace an authority', subject: line });
  if (step.kind === 'unchanged') return undefined;
  writeRollovers(folders.pki, { ...rollovers, [line]: step.state } satisfies Rollovers);
  return step.state;
}

async function tickEvent(world: RenewalWorld, line: Line, state: Rollover): Promise<RolloverEvent | undefined> {
  switch (state.phase) {
    case 'steady':
      return isDue(world, line, state.current) ? { kind: 'renew', hurry: false } : undefined;
    case 'announced':
      return { kind: 'tick', seenForMs: world.seenForMs(line, `announced ${state.next}`), held: false };
    case 'moving':
      // What this pass issues is issued before the line is asked again.
      return undefined;
    case 'retiring': {
      const seenForMs = world.seenForMs(line, `retiring ${state.current}, ${state.leftMs ?? 0} left`);
      return { kind: 'tick', seenForMs, held: world.now >= state.untilMs && (await world.isHeld(line)) };
    }
  }
}

function isDue(world: PkiWish, line: Line, current: number): boolean {
  const isAuthority = line === 'root' || AUTHORITIES.includes(line as Authority);
  if (!isAuthority) return false;
  const { folders, site, now } = world;
  const { anchorPem } = openGenerations({ folder: folders.pki, siteName: site.name, now }).read(line, current);
  return authorityIsDue(readCertificate(anchorPem).notAfterMs, now);
}

export async function renewalPass(world: RenewalWorld): Promise<RenewalPass> {
  const { folders, site, now } = world;
  const moved: { line: Line; to: Rollover }[] = [];
  const current = (): Rollovers =>
    readRollovers(folders.pki, openGenerations({ folder: folders.pki, siteName: site.name, now }), now);
  const step = (line: Line, event: RolloverEvent | undefined): void => {
    const { phase } = current()[line];
    const to = event && stepLine(world, line, event);
    if (to && to.phase !== phase) moved.push({ line, to });
  };
  // Whatever was interrupted is brought to an end first: what is there fits what is stored.
  const issued = [...(await ensurePki(world))];
  const before = current();
  for (const line of LINES) step(line, await tickEvent(world, line, before[line]));
  if (moved.length > 0) issued.push(...(await ensurePki({ ...world, wanted: undefined })));
  const after = current();
  for (const line of LINES)
    if (after[line].phase === 'moving') step(line, { kind: 'leaves-moved', neededUntilMs: world.neededUntilMs(line) });
  return { issued, moved };
}
