// What this Linux machine has, and which programs.
import fs from 'node:fs';
import os from 'node:os';

/** Cores and memory that this process may count on. */
export function machineCapacity(): { cores: number; memoryBytes: number } {
  return { cores: os.availableParallelism(), memoryBytes: os.totalmem() };
}

/** Folders that daemons' programs are looked for in; a user's PATH often lacks the sbin ones. */
export const PROGRAM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Where a program is, or undefined. */
export function findProgram(name: string): string | undefined {
  return PROGRAM_PATH.split(':')
    .map((folder) => `${folder}/${name}`)
    .find((file) => fs.existsSync(file));
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Where what the sites of one user share until the next boot stands. */
export const sharedRunFolder = (): string =>
  isRoot() ? '/run/holdfast' : `${os.tmpdir()}/holdfast-${process.getuid?.() ?? 0}`;

/** True when systemd runs this machine. Source: sd_booted(3). */
export const isSystemdMachine = (): boolean => fs.existsSync('/run/systemd/system');

/** Process numbers that a process has, from the outermost namespace to its own; empty when it is gone. */
export function namespacePids(pid: number): number[] {
  try {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    return (/^NSpid:\t(.*)$/m.exec(status)?.[1] ?? '').split('\t').map(Number);
  } catch {
    return [];
  }
}

/** This machine's architecture as OCI images name it. */
export const ociArchitecture = (): string => ({ x64: 'amd64', arm64: 'arm64' })[process.arch as string] ?? process.arch;
