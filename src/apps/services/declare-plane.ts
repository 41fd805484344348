// Declares planes on the file that says where the site stands to its hub. Written before anybody acts on it; only this process writes it.
import { WorldError } from '#base';
import {
  type ConnectivityEvent,
  type ConnectivityState,
  connectivityParse,
  connectivityStart,
  connectivityStep,
  connectivityText,
} from '#engine/connectivity';
import type { SiteFolders } from '#model/site';
import type { Clock } from '#platform/clock';
import { readTextIfPresent, writeFileAtomic } from '#platform/disk';

export type PlaneEvent = Extract<ConnectivityEvent, { kind: 'plane-taken' | 'plane-given' }>;

/** As of now. Errors: WorldError `Corrupt`, `Unsupported`. */
export function keptConnectivity(folders: Pick<SiteFolders, 'connectivityFile'>, now: number): ConnectivityState {
  const text = readTextIfPresent(folders.connectivityFile);
  const kept = text === undefined ? connectivityStart(now) : connectivityParse(text);
  return connectivityStep(kept, { kind: 'tick' }, now).state;
}

/** Errors: WorldError `Conflict` when it changes nothing; those of {@link keptConnectivity}. */
export function declarePlane(of: { readonly folders: SiteFolders; readonly clock: Clock }, event: PlaneEvent): void {
  const now = of.clock.now();
  const { state, actions } = connectivityStep(keptConnectivity(of.folders, now), event, now);
  const ignored = actions.find((action) => action.kind === 'ignored');
  if (ignored) throw new WorldError('Conflict', `nothing is changed: ${ignored.reason}`);
  writeFileAtomic(of.folders.connectivityFile, connectivityText(state));
}
