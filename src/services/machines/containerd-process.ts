// containerd of a machine, as a process to supervise.
import { type Machine, namespacePath, type Site, type SiteFolders } from '#model/site';
import { runtimeAnswers } from '#platform/cri';
import { makeFolder, readTextIfPresent, writeFileAtomic } from '#platform/disk';
import { canConnect } from '#platform/socket';
import { CONTAINERD_STOP_GRACE_MS } from './limits.ts';
import { machineSystemCgroup } from './machine.driver.ts';
import { ensurePauseImage } from './pause-image.ts';

/** The name of a machine's containerd among the site's processes. */
export const containerdName = (machine: Pick<Machine, 'name'>): string => `containerd-${machine.name}`;

export function containerdSocket(folders: SiteFolders, machine: Pick<Machine, 'name'>): string {
  return `${folders.machineRun(machine.name)}/containerd.sock`;
}

/** Writes the configuration (`config` is its TOML text) and declares the process. */
export function containerdProcess(of: {
  site: Site;
  folders: SiteFolders;
  machine: Machine;
  config: string;
  path: string;
}) {
  const { site, folders, machine, config } = of;
  const run = folders.machineRun(machine.name);
  const file = `${run}/containerd.toml`;
  makeFolder(run);
  makeFolder(folders.machineState(machine.name));
  if (readTextIfPresent(file) !== config) writeFileAtomic(file, config);
  return {
    name: containerdName(machine),
    node: machine.node,
    argv: ['containerd', '--config', file],
    env: { PATH: of.path },
    networkNamespace: namespacePath(site, machine),
    cgroup: machineSystemCgroup(site, machine),
    isReady: async () => {
      const socket = containerdSocket(folders, machine);
      if (!(await canConnect(socket))) return false;
      await ensurePauseImage({ socket, stateFolder: folders.machineState(machine.name), runFolder: run });
      return true;
    },
    answers: () => runtimeAnswers(containerdSocket(folders, machine)),
    stopGraceMs: CONTAINERD_STOP_GRACE_MS,
  };
}
