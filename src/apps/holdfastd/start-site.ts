// Starts a site: switch, machines, certificates and processes, as much at once as can be.
//
//   namespaces ─┬─> kube, node agents ──> Ready        (they start while the cables are laid)
//   groups     ─┤
//   certificates┘
//   switch ──> cables ──> doors

import { present } from '#base';
import { ensureRegistryAccounts } from '#host';
import type { Machine, Site, SiteFolders } from '#model/site';
import { openCgroups } from '#platform/cgroup';
import type { Clock } from '#platform/clock';
import { isPresent, removeTree } from '#platform/disk';
import type { Log } from '#platform/log';
import { ensurePki } from '#services/infrastructure';
import { ensureCable, ensureMachineGroups, ensureNamespace, ensureSiteGroups, ensureSwitch } from '#services/machines';
import type { ProcessDeclaration, Supervisor } from '#services/supervisor';
import { type OutsideDoors, openDoors } from './doors.ts';
import { runFormerMember } from './former-member.ts';
import { containerdOf, type Declaring, kubeProcess, nodeProcess, servicesProcess } from './processes.ts';
import type { Progress } from './progress.ts';

export interface StartingSite {
  readonly site: Site;
  readonly folders: SiteFolders;
  readonly declaring: Declaring;
  readonly supervisor: Supervisor;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly log: Log;
}

export interface StartedSite {
  /** Names of the processes that the site cannot be Ready without. */
  readonly needed: readonly string[];
  /** Processes that are started only when something asks for them. */
  readonly onDemand: ReadonlyMap<string, ProcessDeclaration>;
  readonly doors: OutsideDoors;
}

async function makeNetwork(of: StartingSite): Promise<void> {
  const { site } = of;
  const { mtu } = await ensureSwitch(site);
  await Promise.all(site.machines.map((machine) => ensureCable(site, machine, { mtu })));
}

export async function startSite(of: StartingSite): Promise<StartedSite> {
  const { site, folders, supervisor, progress, clock, declaring, log } = of;
  const real = site.runtime === 'containerd';
  const master = present(
    site.machines.find((machine) => machine.role === 'master'),
    'a site has a master machine',
  );
  const groups = async (): Promise<void> => {
    const cgroups = openCgroups();
    const { system } = ensureSiteGroups(site, cgroups);
    cgroups.addProcess(system, process.pid);
    for (const machine of site.machines) ensureMachineGroups(site, machine, cgroups);
  };
  const places = real
    ? Promise.all([groups(), ...site.machines.map((machine) => ensureNamespace(site, machine))])
    : Promise.resolve([]);
  const certificates = ensurePki({ site, folders, now: clock.now() }).then((issued) => {
    for (const { spec, reason } of issued) log.info('certificate issued', { certificate: spec.name, reason });
  });
  ensureRegistryAccounts(folders);
  const onDemand = new Map<string, ProcessDeclaration>();
  const needed: string[] = [];
  const runNeeded = (declaration: ProcessDeclaration): void => {
    removeTree(folders.failure(declaration.name));
    needed.push(declaration.name);
    supervisor.run(declaration);
  };
  const containers = (machine: Machine): void => {
    const declaration = containerdOf(declaring, machine);
    if (machine.role === 'worker') runNeeded(declaration);
    // One that an earlier run has left is adopted, though it starts only on demand.
    else if (supervisor.wasRun(declaration.name)) supervisor.run(declaration);
    onDemand.set(declaration.name, declaration);
  };
  await progress.step('certificates and machines', () => Promise.all([places, certificates]));
  await runFormerMember(of);
  runNeeded(kubeProcess(declaring, master));
  if (real) for (const machine of site.machines) containers(machine);
  const network = real ? progress.step('network', () => makeNetwork(of)) : Promise.resolve();
  if (isPresent(declaring.program.bundle('node')))
    for (const machine of site.machines) runNeeded(nodeProcess(declaring, machine));
  await network;
  if (isPresent(declaring.program.bundle('services'))) runNeeded(servicesProcess(declaring, master.node));
  return { needed, onDemand, doors: await openDoors({ site, clock, log }) };
}
