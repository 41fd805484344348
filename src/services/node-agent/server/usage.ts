// What pods and the node use, in the two forms that are asked of a node: resource metrics and the stats summary.
// Source: Kubernetes, "Resource metrics pipeline"; KEP-2371.
import type { ContainerStats } from '#platform/cri';
import { diskSpace } from '#platform/host-facts';
import type { AgentContext } from '../context.ts';
import { LABEL } from '../pod/names.ts';
import type { PodTable } from '../source/pod-table.ts';

interface Usage {
  readonly cpuNanos: number;
  readonly workingSetBytes: number;
  readonly rssBytes: number;
}

function usageOf(stats: ContainerStats): Usage {
  return {
    cpuNanos: stats.cpu?.usageCoreNanoSeconds?.value ?? 0,
    workingSetBytes: stats.memory?.workingSetBytes?.value ?? 0,
    rssBytes: stats.memory?.rssBytes?.value ?? 0,
  };
}

function nodeUsage({ cgroups, options }: AgentContext): Usage {
  const group = `${options.cgroupRoot}/kubepods`;
  if (!cgroups.exists(group)) return { cpuNanos: 0, workingSetBytes: 0, rssBytes: 0 };
  return cgroups.stats(group);
}

/** Usage of containers by the uid of their pod. */
async function byPod({ cri }: AgentContext): Promise<Map<string, ContainerStats[]>> {
  const groups = new Map<string, ContainerStats[]>();
  for (const stats of await cri.containerStats()) {
    const uid = stats.attributes.labels[LABEL.podUid] ?? '';
    groups.set(uid, [...(groups.get(uid) ?? []), stats]);
  }
  return groups;
}

function sum(all: readonly Usage[]): Usage {
  const total = (pick: (usage: Usage) => number): number => all.reduce((n, usage) => n + pick(usage), 0);
  return {
    cpuNanos: total((u) => u.cpuNanos),
    workingSetBytes: total((u) => u.workingSetBytes),
    rssBytes: total((u) => u.rssBytes),
  };
}

export async function resourceMetrics(context: AgentContext, pods: PodTable): Promise<string> {
  const groups = await byPod(context);
  const node = nodeUsage(context);
  const lines = { cpu: [] as string[], memory: [] as string[], podCpu: [] as string[], podMemory: [] as string[] };
  for (const { pod } of pods.workers.values()) {
    const stats = groups.get(pod.metadata?.uid ?? '') ?? [];
    const whose = `namespace="${pod.metadata?.namespace}",pod="${pod.metadata?.name}"`;
    for (const one of stats) {
      const labels = `container="${one.attributes.metadata.name}",${whose}`;
      lines.cpu.push(`container_cpu_usage_seconds_total{${labels}} ${usageOf(one).cpuNanos / 1e9}`);
      lines.memory.push(`container_memory_working_set_bytes{${labels}} ${usageOf(one).workingSetBytes}`);
    }
    const whole = sum(stats.map(usageOf));
    lines.podCpu.push(`pod_cpu_usage_seconds_total{${whose}} ${whole.cpuNanos / 1e9}`);
    lines.podMemory.push(`pod_memory_working_set_bytes{${whose}} ${whole.workingSetBytes}`);
  }
  return [
    '# TYPE container_cpu_usage_seconds_total counter',
    ...lines.cpu,
    '# TYPE container_memory_working_set_bytes gauge',
    ...lines.memory,
    '# TYPE node_cpu_usage_seconds_total counter',
    `node_cpu_usage_seconds_total ${node.cpuNanos / 1e9}`,
    '# TYPE node_memory_working_set_bytes gauge',
    `node_memory_working_set_bytes ${node.workingSetBytes}`,
    '# TYPE pod_cpu_usage_seconds_total counter',
    ...lines.podCpu,
    '# TYPE pod_memory_working_set_bytes gauge',
    ...lines.podMemory,
    '# TYPE resource_scrape_error gauge',
    'resource_scrape_error 0\n',
  ].join('\n');
}

function summaryUsage(usage: Usage, time: string): object {
  return {
    cpu: { time, usageCoreNanoSeconds: usage.cpuNanos },
    memory: { time, workingSetBytes: usage.workingSetBytes, rssBytes: usage.rssBytes },
  };
}

export async function statsSummary(context: AgentContext, pods: PodTable): Promise<object> {
  const { options } = context;
  const time = new Date(options.clock.now()).toISOString();
  const groups = await byPod(context);
  const disk = diskSpace(options.folder);
  const fs = {
    time,
    availableBytes: disk.freeBytes,
    capacityBytes: disk.totalBytes,
    usedBytes: disk.totalBytes - disk.freeBytes,
    inodesFree: disk.freeInodes,
    inodes: disk.totalInodes,
  };
  return {
    node: { nodeName: options.nodeName, ...summaryUsage(nodeUsage(context), time), fs, runtime: { imageFs: fs } },
    pods: [...pods.workers.values()].map(({ pod, status }) => {
      const stats = groups.get(pod.metadata?.uid ?? '') ?? [];
      const { name, namespace, uid } = pod.metadata ?? {};
      return {
        podRef: { name, namespace, uid },
        startTime: status.startTime,
        containers: stats.map((one) => ({
          name: one.attributes.metadata.name,
          ...summaryUsage(usageOf(one), time),
          rootfs: { time, usedBytes: one.writableLayer?.usedBytes?.value ?? 0 },
        })),
        ...summaryUsage(sum(stats.map(usageOf)), time),
      };
    }),
  };
}
