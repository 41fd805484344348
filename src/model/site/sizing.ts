// How large the machines of a one-node site are (DESIGN, section 3).
//
//   big node    (>= 16 cores and >= 32 GiB): master 4 cores and 4 GiB; worker 30 % of the cores and 25 % of the memory,
//               settable from 15 % to 60 % of each.
//   other nodes : the worker gets what is left after a reserve that keeps the control plane alive:
//               cores   1/16 of the cores more than a quarter core: cores / 16 + 0.375, at most 2 (2 cores: 0.5)
//               memory  a fifth, at least 768 MiB, at most 6 GiB
//               Settable up to all but a quarter of that reserve.
//
// The master is limited to its 4 cores and 4 GiB (or to half of the memory of a small node), but what protects it are CPU
// shares: when pods use up the worker's cores, the master's share of the rest stays several times theirs.
import { WORKER_CPU_MILLIS_MIN, WORKER_MEMORY_BYTES_MIN } from './limits.ts';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

export interface NodeCapacity {
  readonly cores: number;
  readonly memoryBytes: number;
}

export interface MachineSize {
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly cpuShares: number;
}

export type Sizing =
  | { readonly kind: 'sized'; readonly master: MachineSize; readonly worker: MachineSize }
  | { readonly kind: 'refused'; readonly reason: string };

const isBigNode = (node: NodeCapacity): boolean => node.cores >= 16 && node.memoryBytes >= 32 * GIB;

const floorTo = (amount: number, step: number): number => Math.floor(amount / step) * step;
const clamp = (amount: number, low: number, high: number): number => Math.min(Math.max(amount, low), high);
const gib = (bytes: number): string => `${Math.round((bytes / GIB) * 100) / 100} GiB`;

interface Bounds {
  readonly usual: number;
  readonly low: number;
  readonly high: number;
}

function cpuBounds(node: NodeCapacity): Bounds {
  const all = node.cores * 1000;
  if (isBigNode(node))
    return { usual: floorTo(all * 0.3, 100), low: floorTo(all * 0.15, 10), high: floorTo(all * 0.6, 10) };
  const reserve = Math.min(all / 16 + 375, 2000);
  return {
    usual: Math.max(floorTo(all - reserve, 50), WORKER_CPU_MILLIS_MIN),
    low: WORKER_CPU_MILLIS_MIN,
    high: floorTo(all - reserve / 4, 5),
  };
}

function memoryBounds(node: NodeCapacity): Bounds {
  const all = node.memoryBytes;
  if (isBigNode(node))
    return { usual: floorTo(all * 0.25, 64 * MIB), low: floorTo(all * 0.15, MIB), high: floorTo(all * 0.6, MIB) };
  const reserve = clamp(all / 5, 768 * MIB, 6 * GIB);
  return {
    usual: Math.max(floorTo(all - reserve, 64 * MIB), WORKER_MEMORY_BYTES_MIN),
    low: WORKER_MEMORY_BYTES_MIN,
    high: floorTo(all - reserve / 4, MIB),
  };
}

/** Sizes of master and worker on a node. `wanted` is what an operator asked for. */
export function planSizing(
  node: NodeCapacity,
  wanted: { readonly workerCpuMillis?: number; readonly workerMemoryBytes?: number } = {},
): Sizing {
  const cpu = cpuBounds(node);
  const memory = memoryBounds(node);
  const cpuMillis = wanted.workerCpuMillis ?? cpu.usual;
  const memoryBytes = wanted.workerMemoryBytes ?? memory.usual;
  if (wanted.workerCpuMillis !== undefined && (cpuMillis < cpu.low || cpuMillis > cpu.high))
    return {
      kind: 'refused',
      reason: `a worker with ${cpuMillis / 1000} cores does not fit: this node has ${node.cores}, and from ${cpu.low / 1000} to ${cpu.high / 1000} can be the worker's`,
    };
  if (wanted.workerMemoryBytes !== undefined && (memoryBytes < memory.low || memoryBytes > memory.high))
    return {
      kind: 'refused',
      reason: `a worker with ${gib(memoryBytes)} of memory does not fit: this node has ${gib(node.memoryBytes)}, and from ${gib(memory.low)} to ${gib(memory.high)} can be the worker's`,
    };
  return {
    kind: 'sized',
    master: {
      cpuMillis: Math.min(4000, node.cores * 1000),
      memoryBytes: floorTo(Math.min(4 * GIB, node.memoryBytes / 2), MIB),
      cpuShares: 8192,
    },
    worker: { cpuMillis, memoryBytes, cpuShares: Math.max(256, Math.round(cpuMillis * 1.024)) },
  };
}
