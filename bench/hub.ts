// A hub under all of its sites: a hundred thousand enrolled, a heartbeat a minute from each, ten thousand connections with mutual TLS,
// and all of them coming back after an outage of an hour. The load runs in processes of its own, over real sockets on loopback.
import fs from 'node:fs';
import { testFolder } from '#platform/process';
import { bench, benchMain, onStop, progress } from './harness/bench.ts';
import { type OptionsOf, UsageError } from './harness/options.ts';
import { catchUp } from './hub/catch-up.ts';
import { type HubFolder, makeHubFolder } from './hub/hub-folder.ts';
import { steady } from './hub/steady.ts';

const OPTIONS = {
  only: { default: 'steady,catch-up', means: 'phases to measure' },
  sites: { default: 100_000, means: 'sites that are enrolled' },
  connections: { default: 10_000, means: 'connections that stay open' },
  dialling: {
    default: 10_000,
    means: 'connections that come back after the outage, each for as many sites as there are for it',
  },
  loaders: { default: 2, means: 'processes that put load on the hub' },
  dials: { default: 32, means: 'dials at once while connections are opened' },
  warm: { default: 65, means: 'seconds of heartbeats before the window' },
  window: { default: 300, means: 'seconds of the window: a site that changes nothing is written once in 300' },
  flood: { default: 15, means: 'seconds of heartbeats as fast as they are answered' },
  wire: { default: 120, means: 'seconds in which bytes are counted at the sockets' },
  seed: { default: 1, means: 'of jitter and news' },
  profile: { default: '', means: 'folder for profiles of the processor time of hub and load' },
} as const;

const PHASES: Readonly<Record<string, (folder: HubFolder, options: OptionsOf<typeof OPTIONS>) => Promise<unknown>>> = {
  steady,
  'catch-up': catchUp,
};

/** What a process needs beside its connections. */
const OTHER_FILES = 200;

/** Errors: UsageError. */
function checkOptions({ only, sites, connections, dialling }: OptionsOf<typeof OPTIONS>): string[] {
  const names = only.split(',');
  const unknown = names.find((name) => !(name in PHASES));
  if (unknown !== undefined)
    throw new UsageError(`there is no phase ${unknown}; phases: ${Object.keys(PHASES).join()}`);
  if (connections > dialling || dialling > sites || sites >= 1_000_000)
    throw new UsageError('--connections <= --dialling <= --sites < 1000000');
  const limit = Number(/^Max open files\s+([0-9]+)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'))?.[1]);
  if (connections + OTHER_FILES > limit)
    throw new UsageError(`--connections ${connections}: this machine lets a process open ${limit} files`);
  return names;
}

export const hub = bench({
  name: 'hub',
  about: 'a hub under the heartbeats of all its sites, and under their return after an outage',
  options: OPTIONS,
  slow: true,
  measure: async (options) => {
    const names = checkOptions(options);
    const folder = testFolder('bench-hub');
    const remove = async (): Promise<void> => fs.rmSync(folder, { recursive: true, force: true });
    const release = onStop(remove);
    try {
      progress(`enrolling ${options.sites} sites in ${folder}`);
      const made = await makeHubFolder(folder, options.sites);
      const figures: Record<string, unknown> = {};
      for (const name of names) {
        progress(`-- ${name}`);
        figures[name] = await PHASES[name]?.(made, options);
      }
      return figures;
    } finally {
      release();
      await remove();
    }
  },
});

if (import.meta.main) await benchMain(hub);
