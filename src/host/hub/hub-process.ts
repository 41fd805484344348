// The process of a hub: found by the lock that it holds, ended, and what is known of the hub when there is none.
import { WorldError } from '#base';
import { type HubFolders, type HubStatus, hubUrl } from '#model/hub';
import { SOFTWARE_VERSION } from '#model/site';
import type { Clock } from '#platform/clock';
import { readJsonIfPresent, removeTree } from '#platform/disk';
import { endProcess, isAlive, type ProcessIdentity } from '#platform/process';
import { HUB_STOP_GRACE_MS } from '../limits.ts';
import { lockFolder } from '../lock-folder.ts';
import { askHub } from './hub-call.ts';
import { openHub } from './hub-file.ts';

/** The running process; undefined when there is none. */
export function hubProcess(folders: HubFolders): ProcessIdentity | undefined {
  const holder = readJsonIfPresent<ProcessIdentity>(folders.processLock);
  return holder && isAlive(holder) ? holder : undefined;
}

/** Ends the hub in an orderly way; its data stays. Stopping a stopped one is fine. Errors: WorldError `NotFound`. */
export async function hubDown(of: {
  readonly data: string;
  readonly clock: Clock;
}): Promise<{ readonly ran: boolean }> {
  const { folders } = openHub(of.data);
  const lock = lockFolder(folders);
  try {
    const running = hubProcess(folders);
    if (running) await endProcess(running, { graceMs: HUB_STOP_GRACE_MS, clock: of.clock });
    removeTree(folders.run);
    return { ran: running !== undefined };
  } finally {
    lock.release();
  }
}

/** Of a running hub, or of a stopped one. Errors: WorldError `NotFound`. */
export async function hubStatus(data: string): Promise<HubStatus> {
  const { hub } = openHub(data);
  try {
    return (await askHub(data, { verb: 'status' }, 'status')).status;
  } catch (error) {
    if (!(error instanceof WorldError) || error.code !== 'Unavailable') throw error;
    return {
      phase: 'Stopped',
      version: SOFTWARE_VERSION,
      url: hubUrl(hub),
      pid: null,
      startedAt: null,
      sites: {},
      tunnels: 0,
    };
  }
}
