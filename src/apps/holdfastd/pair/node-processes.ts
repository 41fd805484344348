// The processes of a node of a pair, by when they run: always, while it has its lease, while it controls.
import {
  cableName,
  cgroupRoot,
  controlCgroup,
  machineCgroup,
  machinesHere,
  masterOf,
  ownNode,
  type Pair,
  workerHere,
} from '#model/site';
import { openCgroups } from '#platform/cgroup';
import type { EtcdOptions } from '#platform/etcd';
import { PROGRAM_PATH } from '#platform/process';
import { watchdogProcess } from '#platform/watchdog';
import { etcdProcess } from '#services/etcd-member';
import type { ProcessDeclaration } from '#services/supervisor';
import { glusterdProcess, type VolumesMember, volumeClientProcess, volumesCgroup } from '#services/volumes';
import { containerdOf, kubeProcess, nodeProcess, servicesProcess } from '../processes.ts';
import type { StartingSite } from '../start-site.ts';

/** A copy on each node, an arbiter on the witness. */
export const VOLUME_BRICKS = 3;

export interface NodeProcesses {
  readonly always: readonly ProcessDeclaration[];
  /** The client of replicated volumes, beside pods, once there are any. */
  readonly volumes: ProcessDeclaration;
  readonly pods: readonly ProcessDeclaration[];
  readonly control: readonly ProcessDeclaration[];
  /** Started only when something asks for them. */
  readonly onDemand: ReadonlyMap<string, ProcessDeclaration>;
}

export function nodeProcesses(of: StartingSite & { readonly pair: Pair; etcdOptions(): EtcdOptions }): NodeProcesses {
  const { site, folders, pair, declaring } = of;
  const self = ownNode(site);
  const [master, worker] = [masterOf(site), workerHere(site)];
  const cgroup = declaring.systemCgroup;
  const etcd = etcdProcess({
    pair,
    self,
    folders,
    path: PROGRAM_PATH,
    ownClient: of.etcdOptions,
    ...(cgroup !== undefined && { cgroup }),
  });
  // The master machine is named after the node that it was made on, and stands on either.
  const here = (declaration: ProcessDeclaration): ProcessDeclaration => ({ ...declaration, node: self });
  const member: VolumesMember = {
    ...{ folders, pair, self, path: PROGRAM_PATH, cgroups: openCgroups() },
    groupRoot: cgroupRoot(site),
  };
  // What has served ends with its time, and another stands by.
  const kube = { ...here(kubeProcess(declaring, master)), cgroup: controlCgroup(site), endsByItself: true };
  return {
    volumes: volumeClientProcess({ ...member, bricks: VOLUME_BRICKS }),
    always: [glusterdProcess(member), etcd, kube, watchdogOf(of)],
    pods: [containerdOf(declaring, worker), nodeProcess(declaring, worker)],
    control: [here(nodeProcess(declaring, master)), servicesProcess(declaring, self)],
    onDemand: new Map(
      [master, worker].map((machine) => here(containerdOf(declaring, machine))).map((one) => [one.name, one]),
    ),
  };
}

/** What ends when the node lease does: clients of volumes first, then the machines with all that runs in them, and their cables. */
function watchdogOf({ site, folders, clock }: StartingSite): ProcessDeclaration {
  const machines = machinesHere(site);
  const { argv, isReady, answers } = watchdogProcess({
    folder: folders.run,
    socket: folders.watchdogSocket,
    targets: {
      volumes: [volumesCgroup(cgroupRoot(site))],
      groups: machines.map((machine) => machineCgroup(site, machine)),
      mountsBelow: [folders.replicatedVolumes],
      links: machines.map((machine) => cableName(site, site.machines.indexOf(machine))),
    },
    clock,
  });
  return {
    name: 'watchdog',
    node: ownNode(site),
    argv,
    env: { PATH: PROGRAM_PATH },
    isReady: () => isReady(),
    answers,
  };
}
