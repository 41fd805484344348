// The processes of a site, as declared to the supervisor.
import type { Program } from '#host';
import { ensureRegistryAccounts } from '#host';
import { type Machine, namespacePath, registryHosts, type Site, type SiteFolders } from '#model/site';
import { containerdConfig } from '#platform/cri';
import { isPresent, makeFolder } from '#platform/disk';
import { findProgram, PROGRAM_PATH, type ProcessIdentity } from '#platform/process';
import {
  containerdProcess,
  containerdSocket,
  machineShimCgroup,
  machineSystemCgroup,
  PAUSE_IMAGE,
  writeRegistryHosts,
} from '#services/machines';
import type { ProcessDeclaration } from '#services/supervisor';
import { askLiveness, isAnswering } from '../liveness.ts';
import { machineProcessName } from '../site-files.ts';

export interface Declaring {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly program: Program;
  /** Group for processes that no machine owns. */
  readonly systemCgroup?: string;
}

/** Old generations of objects are short-lived here: a small young space costs little time and saves its double in memory. */
const SMALL_HEAP = ['--max-semi-space-size=4'];

function ours(
  of: Declaring,
  app: string,
  placed: { name: string; node: string; args?: string[]; networkNamespace?: string; cgroup?: string },
): ProcessDeclaration {
  const { program, folders } = of;
  const { args = [], ...place } = placed;
  return {
    ...place,
    argv: [program.node, ...program.nodeOptions, ...SMALL_HEAP, program.bundle(app), '--data', folders.data, ...args],
    env: { PATH: PROGRAM_PATH, HOME: '/root', LANG: 'C.UTF-8', ...program.env },
    isReady: ({ pid }: ProcessIdentity) => isAnswering(folders, placed.name, pid),
    answers: async () => void (await askLiveness(folders, placed.name)),
  };
}

/** Where a machine's process runs; nowhere special on a simulated site. */
function within(of: Declaring, machine: Machine): { networkNamespace?: string; cgroup?: string } {
  return of.site.runtime === 'simulated'
    ? {}
    : { networkNamespace: namespacePath(of.site, machine), cgroup: machineSystemCgroup(of.site, machine) };
}

export function kubeProcess(of: Declaring, master: Machine): ProcessDeclaration {
  return ours(of, 'kube', { name: 'kube', node: master.node, ...within(of, master) });
}

export function nodeProcess(of: Declaring, machine: Machine): ProcessDeclaration {
  const args = ['--machine', machine.name];
  return ours(of, 'node', { name: machineProcessName(machine.name), node: machine.node, args, ...within(of, machine) });
}

export function servicesProcess(of: Declaring, node: string): ProcessDeclaration {
  return ours(of, 'services', { name: 'services', node, cgroup: of.systemCgroup });
}

/** Where CNI plug-ins are: Debian's place, or the usual one. */
const cniFolder = (): string => (isPresent('/usr/lib/cni/ptp') ? '/usr/lib/cni' : '/opt/cni/bin');

export function containerdOf(of: Declaring, machine: Machine): ProcessDeclaration {
  const { site, folders } = of;
  const state = folders.machineState(machine.name);
  const run = folders.machineRun(machine.name);
  for (const folder of [`${state}/registries`, `${state}/cni`]) makeFolder(folder);
  const { node } = ensureRegistryAccounts(folders);
  writeRegistryHosts({
    folder: `${state}/registries`,
    address: `${site.network.doorAddress}:${site.ports.registry}`,
    ownNames: registryHosts(site),
    caFile: folders.doorsAnchor,
    account: node,
  });
  const config = containerdConfig({
    root: `${state}/containerd`,
    state: `${run}/containerd`,
    socket: containerdSocket(folders, machine),
    sandboxImage: PAUSE_IMAGE,
    cniBinFolder: cniFolder(),
    cniConfigFolder: `${state}/cni`,
    registryConfigFolder: `${state}/registries`,
    shimCgroup: machineShimCgroup(site, machine),
    runcBinary: findProgram('runc'),
  });
  return containerdProcess({ site, folders, machine, config, path: PROGRAM_PATH });
}
