// What a node says about the machine it runs on. Read once; only free space and memory change.
import fs from 'node:fs';
import os from 'node:os';

export interface HostFacts {
  readonly kernelVersion: string;
  readonly osImage: string;
  /** In the words of OCI and Kubernetes: "amd64", "arm64". */
  readonly architecture: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly cpus: number;
  readonly memoryBytes: number;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', ia32: '386', ppc64: 'ppc64le' };

function firstLine(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

export function readHostFacts(): HostFacts {
  const release = firstLine('/etc/os-release');
  const machine = firstLine('/etc/machine-id');
  return {
    kernelVersion: os.release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1] ?? 'Linux',
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    machineId: machine,
    bootId: firstLine('/proc/sys/kernel/random/boot_id'),
    cpus: os.cpus().length,
    memoryBytes: os.totalmem(),
  };
}

export interface DiskSpace {
  readonly totalBytes: number;
  readonly freeBytes: number;
  readonly totalInodes: number;
  readonly freeInodes: number;
}

/** Space of the file system that holds `folder`, as an unprivileged user may use it. */
export function diskSpace(folder: string): DiskSpace {
  const stats = fs.statfsSync(folder);
  return {
    totalBytes: stats.blocks * stats.bsize,
    freeBytes: stats.bavail * stats.bsize,
    totalInodes: stats.files,
    freeInodes: stats.ffree,
  };
}
