// Moves the replacement of the key that seals on: one look, one step at most, stored before it is acted on.
import { WorldError } from '#base';
import { type SealingEvent, type SealingState, sealingRenewsAtMs, sealingStep } from '#engine/certificates';
import type { SiteFolders } from '#model/site';
import { readSealing, sealingFile, writeSealing } from './sealing-file.ts';

/** How the keys of a pair stand beside this node. */
export interface SealingSurroundings {
  /** What is here is on the other node too. */
  isEverywhere(): boolean;
  /** How much may still be sealed with an earlier key; undefined while that is not known. */
  left(key: number): number | undefined;
}

export interface SealingWorld extends SealingSurroundings {
  readonly folders: Pick<SiteFolders, 'pki'>;
  readonly now: number;
  /** How long a state that bears this name was seen, by a clock that never jumps. */
  seenForMs(name: string): number;
}

export const SEALING = 'sealing';

/** Applies an event; undefined when nothing comes of it. Errors: WorldError `Conflict` when it is refused. */
export function stepSealing(of: Pick<SealingWorld, 'folders' | 'now'>, event: SealingEvent): SealingState | undefined {
  const file = sealingFile(of.folders.pki);
  const kept = readSealing(file);
  if (!kept) return undefined;
  const step = sealingStep(kept.state, event);
  if (step.kind === 'refused')
    throw new WorldError('Conflict', `${SEALING}: ${step.reason}`, { attempted: 'replace a key', subject: SEALING });
  if (step.kind === 'unchanged') return undefined;
  writeSealing(file, step.state, of.now);
  return step.state;
}

/** What is due now. */
export function tickSealing(of: SealingWorld): SealingState | undefined {
  const kept = readSealing(sealingFile(of.folders.pki));
  if (!kept) return undefined;
  const { state } = kept;
  if (state.phase === 'steady') {
    const key = kept.keys.find(({ id }) => id === state.current);
    const isDue = key !== undefined && of.now >= sealingRenewsAtMs(Date.parse(key.madeAt));
    return isDue ? stepSealing(of, { kind: 'renew' }) : undefined;
  }
  const everywhere = of.isEverywhere();
  return stepSealing(of, {
    kind: 'tick',
    everywhere,
    seenForMs: of.seenForMs(`${state.phase} ${state.current}${everywhere ? ', everywhere' : ''}`),
    left: state.phase === 'resealing' && of.left(state.current) !== 0,
  });
}

export function sealingIsUnderWay(pki: string): boolean {
  const kept = readSealing(sealingFile(pki));
  return kept !== undefined && kept.state.phase !== 'steady';
}

/** A sentence for people. */
export function sealingText(to: SealingState): string {
  switch (to.phase) {
    case 'steady':
      return `key ${to.current} alone seals and unseals; the one before it is dropped`;
    case 'announced':
      return `key ${to.next} is made; it seals when both nodes have had time to learn of it`;
    case 'resealing':
      return `key ${to.current} seals; what key ${to.previous} sealed is sealed anew`;
  }
}
