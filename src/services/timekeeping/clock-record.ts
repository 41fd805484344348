// What is known of time, in a file: few writes a day, whole or absent.
import { messageOf, WorldError } from '#base';
import type { ClockState } from '#engine/clock';
import { readJsonIfPresent, renameFile, writeFileAtomic } from '#platform/disk';
import type { TimekeepingOptions } from './contract.ts';

const isWhole = (state: Partial<ClockState>): boolean =>
  state.version === 1 &&
  typeof state.bootId === 'string' &&
  [
    state.siteMinusBootMs,
    state.systemMinusBootMs,
    state.ratchet?.timeMs,
    state.ratchet?.bootMs,
    state.ratchet?.slackMs,
  ].every(Number.isFinite);

/** A damaged record is set aside and said: the site starts with what the software knows. */
export function readRecord(of: Pick<TimekeepingOptions, 'ratchetFile' | 'event'>): ClockState | undefined {
  const { ratchetFile, event } = of;
  try {
    const state = readJsonIfPresent<ClockState>(ratchetFile);
    if (state === undefined || isWhole(state)) return state;
  } catch (error) {
    if (!(error instanceof WorldError) || error.code !== 'Corrupt') throw error;
  }
  renameFile(ratchetFile, `${ratchetFile}.damaged`);
  const message = `what was known of time was damaged, and is set aside as ${ratchetFile}.damaged; the site starts with the system clock as if it were new`;
  event({ type: 'Warning', reason: 'ClockRecordDamaged', message });
  return undefined;
}

/** False when the disk does not take it; it is tried again. */
export function writeRecord(of: Pick<TimekeepingOptions, 'ratchetFile' | 'log'>, state: ClockState): boolean {
  try {
    writeFileAtomic(of.ratchetFile, JSON.stringify(state));
    return true;
  } catch (error) {
    of.log.warn('what is known of time cannot be written down now', { error: messageOf(error) });
    return false;
  }
}
