// The hub and the load of one phase, each in processes of their own, and what the hub uses meanwhile.
import { readFileSync } from 'node:fs';
import { hubFolders } from '#model/hub';
import { progress } from '../harness/bench.ts';
import { type ProcessMemory, processMemory } from '../harness/process-usage.ts';
import { rounded } from '../harness/statistics.ts';
import { usageWindow } from '../harness/usage-window.ts';
import { type Child, startChild } from './calls.ts';
import type { HubFolder } from './hub-folder.ts';
import type { HubAsked, HubVerbs } from './hub-process.ts';
import type { LoadVerbs } from './load-process.ts';
import type { Tally } from './load-site.ts';

export interface PhaseOf {
  readonly folder: HubFolder;
  readonly hub: Omit<HubAsked, 'data'>;
  /** Sites that dial. */
  readonly dialling: number;
  /** How many each of them stands for. */
  readonly carried: number;
  readonly loaders: number;
  readonly seed: number;
  /** Where profiles of processor time are put; empty: none is taken. */
  readonly profile: string;
}

export interface Phase {
  readonly port: number;
  readonly hub: Child<HubVerbs>;
  readonly loads: readonly Child<LoadVerbs>[];
  /** What all of the load saw since this was last asked. */
  seen(): Promise<Tally>;
  memory(): ProcessMemory;
  /** Begins a window; what it gives ends it. */
  usage(): () => PhaseUsage;
}

export interface PhaseUsage {
  /** Of one core. */
  readonly hub_cpu_percent: number;
  readonly load_cpu_percent: number;
  readonly hub_written_bytes: number;
  /** Share of the window in which the hub's main thread could have run, and other work of the machine had the processors. */
  readonly hub_kept_waiting_percent: number;
}

/** How long the main thread was ready to run and did not. Source: Linux, Documentation/scheduler/sched-stats.rst. */
const waitedMs = (pid: number): number => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;

export async function withPhase<T>(of: PhaseOf, use: (phase: Phase) => Promise<T>): Promise<T> {
  const profiled = of.profile === '' ? [] : ['--cpu-prof', '--cpu-prof-dir', of.profile];
  const hub = startChild<HubVerbs>('hub-process.ts', profiled);
  const loads = Array.from({ length: of.loaders }, () => startChild<LoadVerbs>('load-process.ts', profiled));
  try {
    const { data, identities } = of.folder;
    const { port } = await hub.call('start', { ...of.hub, data });
    const authorityPem = readFileSync(`${hubFolders(data).pki}/sites/anchor.crt`, 'utf8');
    const asked = { port, authorityPem, identities, parts: of.loaders, end: of.dialling, carried: of.carried };
    await Promise.all(loads.map((load, part) => load.call('prepare', { ...asked, part, seed: of.seed + part })));
    const result = await use(phaseOf(hub, loads, port));
    await Promise.all(loads.map((load) => load.call('close', undefined)));
    await hub.call('stop', undefined);
    return result;
  } finally {
    progress('ending the processes of the phase');
    await Promise.all([...loads.map((load) => load.end()), hub.end()]);
  }
}

function phaseOf(hub: Child<HubVerbs>, loads: readonly Child<LoadVerbs>[], port: number): Phase {
  const processes = [{ pid: hub.pid, name: 'hub' }, ...loads.map(({ pid }) => ({ pid, name: 'load' }))];
  return {
    hub,
    loads,
    port,
    seen: async () => {
      const all = await Promise.all(loads.map((load) => load.call('seen', undefined)));
      const failures: Record<string, number> = {};
      for (const tally of all)
        for (const [what, count] of Object.entries(tally.failures)) failures[what] = (failures[what] ?? 0) + count;
      return {
        beatMs: all.flatMap(({ beatMs }) => beatMs),
        setUpMs: all.flatMap(({ setUpMs }) => setUpMs),
        deliveryMs: all.flatMap(({ deliveryMs }) => deliveryMs),
        failures,
      };
    },
    memory: () => {
      const memory = processMemory(hub.pid);
      if (!memory) throw new Error('the hub has ended');
      return memory;
    },
    usage: () => {
      const ends = usageWindow(processes);
      const [startMs, startWaitedMs] = [performance.now(), waitedMs(hub.pid)];
      return () => {
        const rows = ends();
        const cpu = (name: string): number =>
          rows.filter((row) => row.name === name).reduce((sum, row) => sum + row.cpu_percent, 0);
        return {
          hub_cpu_percent: rounded(cpu('hub'), 1),
          load_cpu_percent: rounded(cpu('load'), 1),
          hub_kept_waiting_percent: rounded(
            ((waitedMs(hub.pid) - startWaitedMs) / (performance.now() - startMs)) * 100,
            1,
          ),
          hub_written_bytes: rows.find((row) => row.name === 'hub')?.written_bytes ?? 0,
        };
      };
    },
  };
}
