// Brings a hub up: makes it when there is none, starts its process apart from ours, waits until it answers.
import { WorldError } from '#base';
import {
  HUB_FORMAT_VERSION,
  HUB_PORT_DEFAULT,
  type HubFile,
  type HubFolders,
  hubAddressProblem,
  hubListensOn,
  hubUrl,
} from '#model/hub';
import { type Clock, rfc3339 } from '#platform/clock';
import { fileBytes, isPresent, makeFolder, readFrom, removeFolderIfEmpty, removeTree } from '#platform/disk';
import { freePort, portState } from '#platform/net';
import { PROGRAM_PATH, startDaemon } from '#platform/process';
import { HUB_START_MS, LAST_LINES, LOG_READ_BYTES, START_POLL_MS } from '../limits.ts';
import { lockFolder } from '../lock-folder.ts';
import type { Program } from '../start-supervisor.ts';
import { askHub } from './hub-call.ts';
import { hubFoldersOf, hubIfPresent, writeHub } from './hub-file.ts';
import { hubProcess } from './hub-process.ts';

export interface HubUp {
  readonly data: string;
  /** Under which sites and people reach it; absent: as before, or this machine alone. */
  readonly addresses?: readonly string[];
  /** 0: any that is free; absent: as before, or the usual one. */
  readonly port?: number;
  readonly program: Program;
  readonly clock: Clock;
}

export interface HubIsUp {
  readonly url: string;
  readonly ran: boolean;
  readonly made: boolean;
  readonly addresses: readonly string[];
}

/** Errors: WorldError `Invalid`, `Conflict`, `Denied`, `Failed`. */
export async function hubUp(of: HubUp): Promise<HubIsUp> {
  const known = hubIfPresent(of.data);
  const folders = hubFoldersOf(of.data);
  for (const address of of.addresses ?? []) {
    const problem = hubAddressProblem(address);
    if (problem !== undefined) throw new WorldError('Invalid', `the address "${address}" of the hub ${problem}`);
  }
  // Whoever lost the file must not lose the rest to a new hub.
  if (!known && isPresent(folders.database))
    throw new WorldError('Corrupt', `${folders.hubFile} is missing, though ${folders.database} exists`, {
      subject: folders.hubFile,
      cure: 'restore the file from a backup, or choose another folder with --data DIR',
    });
  const lock = lockFolder(folders);
  try {
    const ran = hubProcess(folders) !== undefined;
    const hub = await wanted(of, known?.hub);
    if (ran && known && hub !== known.hub)
      throw new WorldError('Conflict', 'the hub runs; address and port can only be changed when it starts', {
        cure: 'holdfast hub down, then this command again',
      });
    if (!ran) {
      if (hub !== known?.hub) writeHub(folders, hub);
      await start(of, folders, hub);
    }
    return { url: hubUrl(hub), ran, made: known === undefined, addresses: hub.addresses };
  } catch (error) {
    // A hub that was never up leaves nothing behind.
    if (!known)
      for (const part of [folders.hubFile, folders.run, folders.pki, `${of.data}/state`, `${of.data}/logs`])
        removeTree(part);
    throw error;
  } finally {
    lock.release();
    if (!known) removeFolderIfEmpty(of.data);
  }
}

/** The hub as it is to be; the same object when nothing changes. */
async function wanted(of: HubUp, known: HubFile | undefined): Promise<HubFile> {
  const addresses = of.addresses ?? known?.addresses ?? ['127.0.0.1'];
  const asked = of.port === 0 ? (known?.port ?? (await freePort(hubListensOn({ addresses }) || '0.0.0.0'))) : of.port;
  const port = asked ?? known?.port ?? HUB_PORT_DEFAULT;
  if (known && known.port === port && known.addresses.join() === addresses.join()) return known;
  const id =
    known?.id ??
    [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return {
    formatVersion: HUB_FORMAT_VERSION,
    id,
    addresses,
    port,
    createdAt: known?.createdAt ?? rfc3339(of.clock.now()),
  };
}

async function start({ program, clock, data }: HubUp, folders: HubFolders, hub: HubFile): Promise<void> {
  const host = hubListensOn(hub) || '0.0.0.0';
  const state = await portState(host, hub.port);
  if (state !== 'free')
    throw new WorldError(
      state === 'denied' ? 'Denied' : 'Conflict',
      `port ${hub.port} of ${host} cannot be used (${state})`,
      {
        cure: 'choose another one with --port P, or any free one with --port 0',
      },
    );
  removeTree(folders.run);
  makeFolder(folders.run);
  const logStart = fileBytes(folders.logFile);
  const { ended } = await startDaemon({
    argv: [program.node, ...program.nodeOptions, program.bundle('hub'), '--data', data],
    env: { PATH: PROGRAM_PATH, HOME: '/root', LANG: 'C.UTF-8', ...program.env },
    logFile: folders.logFile,
  });
  let end: string | undefined;
  void ended.then(({ code, signal }) => {
    end = signal ?? `exit code ${code}`;
  });
  const deadline = clock.monotonicMs() + HUB_START_MS;
  for (;;) {
    if (fileBytes(folders.readyFile) > 0) {
      await askHub(data, { verb: 'status' }, 'status');
      return;
    }
    if (end !== undefined || clock.monotonicMs() > deadline) {
      const { text } = readFrom(folders.logFile, logStart, LOG_READ_BYTES);
      throw new WorldError(
        'Failed',
        `the hub did not start (${end ?? 'no answer'}):\n${text.trim().split('\n').slice(-LAST_LINES).join('\n')}`,
      );
    }
    await clock.sleep(START_POLL_MS);
  }
}
