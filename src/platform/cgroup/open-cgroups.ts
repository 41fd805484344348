// Finds out which version of control groups a machine has.
import fs from 'node:fs';
import path from 'node:path';
import { WorldError } from '#base';
import { type Clock, systemClock } from '#platform/clock';
import type { Cgroups } from './cgroup.ts';
import { cgroupsV1 } from './cgroup-v1.driver.ts';
import { cgroupsV2 } from './cgroup-v2.driver.ts';

/** The machine's control groups. A hybrid machine (controllers in version 1) counts as version 1.
 * Errors: WorldError `Unsupported` when neither version is mounted with the controllers that machines need. */
export function openCgroups(options: { root?: string; clock?: Clock } = {}): Cgroups {
  const root = options.root ?? '/sys/fs/cgroup';
  const clock = options.clock ?? systemClock;
  if (fs.existsSync(path.join(root, 'cgroup.controllers'))) return cgroupsV2({ root, clock });
  if (fs.existsSync(path.join(root, 'memory', 'cgroup.procs'))) return cgroupsV1({ root, clock });
  throw new WorldError('Unsupported', `no control groups at ${root}`, {
    attempted: 'open control groups',
    subject: root,
    cure: 'mount control groups (mount -t cgroup2 none /sys/fs/cgroup), or bring the site up with --runtime simulated',
  });
}
