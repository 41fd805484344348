// The tables of horizontal pod autoscalers, with what each metric is and should be, and of the scale of any workload.
import type {
  AutoscalingV1HorizontalPodAutoscaler,
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
  Scale,
} from '../generated/kinds.ts';
import { columnsFor, type KindTable } from './column.ts';

const SHOWN_MAX = 2;
const UNKNOWN = '<unknown>';

const percent = (value: number | undefined, otherwise: string): string =>
  value === undefined ? otherwise : `${value}%`;

function resourceText(source: { name: string; target: MetricTarget }, current: MetricValueStatus | undefined): string {
  const { name, target } = source;
  if (target.averageValue !== undefined) return `${name}: ${current?.averageValue ?? UNKNOWN}/${target.averageValue}`;
  return `${name}: ${percent(current?.averageUtilization, UNKNOWN)}/${percent(target.averageUtilization, '<auto>')}`;
}

function valueText(target: MetricTarget, current: MetricValueStatus | undefined): string {
  if (target.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
  return `${current?.value ?? UNKNOWN}/${target.value ?? UNKNOWN}`;
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  if (spec.external) return valueText(spec.external.target, status?.external?.current);
  if (spec.object) return valueText(spec.object.target, status?.object?.current);
  if (spec.pods) return `${status?.pods?.current?.averageValue ?? UNKNOWN}/${spec.pods.target.averageValue ?? UNKNOWN}`;
  if (spec.resource) return resourceText(spec.resource, status?.resource?.current);
  if (spec.containerResource) return resourceText(spec.containerResource, status?.containerResource?.current);
  return '<unknown type>';
}

type Autoscaler = HorizontalPodAutoscaler | AutoscalingV1HorizontalPodAutoscaler;

/** Version 1 knows one metric, the use of CPU. */
function cpuText(target: number, current: number | undefined): string {
  return `cpu: ${percent(current, UNKNOWN)}/${target}%`;
}

function targets({ spec, status }: Autoscaler): string {
  if (spec && 'targetCPUUtilizationPercentage' in spec && spec.targetCPUUtilizationPercentage !== undefined) {
    const current =
      status && 'currentCPUUtilizationPercentage' in status ? status.currentCPUUtilizationPercentage : undefined;
    return cpuText(spec.targetCPUUtilizationPercentage, current);
  }
  const metrics = (spec && 'metrics' in spec ? spec.metrics : undefined) ?? [];
  const statuses = (status && 'currentMetrics' in status ? status.currentMetrics : undefined) ?? [];
  if (metrics.length === 0) return '<none>';
  const texts = metrics.slice(0, SHOWN_MAX).map((metric, i) => metricText(metric, statuses[i]));
  const more = metrics.length - SHOWN_MAX;
  return more > 0 ? `${texts.join(', ')} + ${more} more...` : texts.join(', ');
}

function autoscalerTable(): KindTable<Autoscaler> {
  const c = columnsFor<Autoscaler>();
  return {
    columns: [
      c.name(),
      c.text('Reference', (o) => `${o.spec?.scaleTargetRef?.kind ?? ''}/${o.spec?.scaleTargetRef?.name ?? ''}`),
      c.text('Targets', targets),
      c.text('MinPods', (o) => String(o.spec?.minReplicas ?? '<unset>')),
      { ...c.count('MaxPods', (o) => o.spec?.maxReplicas), type: 'string' },
      { ...c.count('Replicas', (o) => o.status?.currentReplicas), type: 'string' },
      c.age(),
    ],
  };
}

function scaleTable(): KindTable<Scale> {
  const c = columnsFor<Scale>();
  return {
    columns: [
      c.name(),
      c.count('Desired', (o) => o.spec?.replicas),
      c.count('Available', (o) => o.status?.replicas),
      c.age(),
    ],
  };
}

/** Tables by group/resource; scales are no resource of their own, but are shown by themselves. */
export const autoscalerTables = {
  'autoscaling/horizontalpodautoscalers': autoscalerTable,
  'autoscaling/scales': scaleTable,
};
