// Converts objects between the versions in which the same thing is served.
import { assert } from '#base';
import type { KubeObject } from '../facts.ts';
import type {
  AutoscalingV1HorizontalPodAutoscaler,
  Event,
  EventsV1Event,
  HorizontalPodAutoscaler,
  MetricSpec,
} from '../generated/kinds.ts';

type Version = 'v1' | 'events.k8s.io/v1' | 'autoscaling/v1' | 'autoscaling/v2';

/** Where autoscaling/v1, which knows only CPU, keeps what v2 says beyond it. */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
const CURRENT = 'autoscaling.alpha.kubernetes.io/current-metrics';
const CARRIED = [METRICS, BEHAVIOR, CONDITIONS, CURRENT];

const isCpu = (metric: MetricSpec) =>
  metric.type === 'Resource' &&
  metric.resource?.name === 'cpu' &&
  metric.resource.target.averageUtilization !== undefined;

const jsonOf = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text));
const isFilled = (value: object | undefined): boolean => value !== undefined && Object.keys(value).length > 0;

function scalerToV1(scaler: HorizontalPodAutoscaler): AutoscalingV1HorizontalPodAutoscaler {
  const { metrics, behavior, ...spec } = scaler.spec ?? { maxReplicas: 0, scaleTargetRef: { kind: '', name: '' } };
  const { currentMetrics, conditions, ...status } = scaler.status ?? { desiredReplicas: 0 };
  const cpu = metrics?.find(isCpu);
  const others = metrics?.filter((metric) => metric !== cpu);
  const cpuNow = currentMetrics?.find((metric) => metric.resource?.name === 'cpu')?.resource?.current
    .averageUtilization;
  const annotations: Record<string, string> = { ...scaler.metadata?.annotations };
  if (isFilled(others)) annotations[METRICS] = JSON.stringify(others);
  if (isFilled(behavior)) annotations[BEHAVIOR] = JSON.stringify(behavior);
  if (isFilled(conditions)) annotations[CONDITIONS] = JSON.stringify(conditions);
  if (isFilled(currentMetrics)) annotations[CURRENT] = JSON.stringify(currentMetrics);
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'HorizontalPodAutoscaler',
    metadata: { ...scaler.metadata, ...(isFilled(annotations) ? { annotations } : {}) },
    spec: { ...spec, ...(cpu ? { targetCPUUtilizationPercentage: cpu.resource?.target.averageUtilization } : {}) },
    status: {
      ...status,
      currentReplicas: status.currentReplicas ?? 0,
      ...(cpuNow === undefined ? {} : { currentCPUUtilizationPercentage: cpuNow }),
    },
  };
}

function scalerToV2(scaler: AutoscalingV1HorizontalPodAutoscaler): HorizontalPodAutoscaler {
  const { targetCPUUtilizationPercentage: cpu, ...spec } = scaler.spec ?? {
    maxReplicas: 0,
    scaleTargetRef: { kind: '', name: '' },
  };
  const { currentCPUUtilizationPercentage: _cpuNow, ...status } = scaler.status ?? { desiredReplicas: 0 };
  const annotations: Record<string, string> = { ...scaler.metadata?.annotations };
  const metrics = (jsonOf(annotations[METRICS]) as MetricSpec[] | undefined) ?? [];
  if (cpu !== undefined)
    metrics.unshift({
      type: 'Resource',
      resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpu } },
    });
  const carried = {
    behavior: jsonOf(annotations[BEHAVIOR]),
    conditions: jsonOf(annotations[CONDITIONS]),
    currentMetrics: jsonOf(annotations[CURRENT]),
  } as Pick<NonNullable<HorizontalPodAutoscaler['status']>, 'conditions' | 'currentMetrics'> &
    Pick<NonNullable<HorizontalPodAutoscaler['spec']>, 'behavior'>;
  for (const key of CARRIED) delete annotations[key];
  const { annotations: _carrier, ...metadata } = scaler.metadata ?? {};
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { ...metadata, ...(isFilled(annotations) ? { annotations } : {}) },
    spec: {
      ...spec,
      ...(metrics.length ? { metrics } : {}),
      ...(carried.behavior ? { behavior: carried.behavior } : {}),
    },
    status: {
      ...status,
      ...(carried.currentMetrics ? { currentMetrics: carried.currentMetrics } : {}),
      ...(carried.conditions ? { conditions: carried.conditions } : {}),
    },
  };
}

/** The names that differ between the two forms of an event: core/v1 on the left. */
const EVENT_NAMES = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
] as const;

function renameFields(
  object: KubeObject,
  apiVersion: string,
  names: readonly (readonly [string, string])[],
): KubeObject {
  const renamed: Record<string, unknown> = { apiVersion, kind: 'Event' };
  const newNames = new Map(names);
  for (const [name, value] of Object.entries(object))
    if (name !== 'apiVersion' && name !== 'kind') renamed[newNames.get(name) ?? name] = value;
  return renamed as KubeObject;
}

function eventToEvents(event: Event): EventsV1Event {
  return renameFields(event, 'events.k8s.io/v1', EVENT_NAMES) as EventsV1Event;
}

function eventToCore(event: EventsV1Event): Event {
  const back = EVENT_NAMES.map(([core, events]) => [events, core] as const);
  return renameFields(event, 'v1', back) as Event;
}

/**
 * An object in another of its versions, as a new object that shares parts with the given one (itself when the versions are the same).
 * Versions are apiVersions: "autoscaling/v1" and "autoscaling/v2", "v1" and "events.k8s.io/v1" for events.
 */
export function convert(object: KubeObject, fromVersion: string, toVersion: string): KubeObject {
  if (fromVersion === toVersion) return object;
  const pair = `${fromVersion} > ${toVersion}` as `${Version} > ${Version}`;
  switch (pair) {
    case 'autoscaling/v2 > autoscaling/v1':
      return scalerToV1(object as HorizontalPodAutoscaler);
    case 'autoscaling/v1 > autoscaling/v2':
      return scalerToV2(object as AutoscalingV1HorizontalPodAutoscaler);
    case 'v1 > events.k8s.io/v1':
      return eventToEvents(object as Event);
    case 'events.k8s.io/v1 > v1':
      return eventToCore(object as EventsV1Event);
    default:
      assert(false, `there is a conversion from ${fromVersion} to ${toVersion}`);
  }
}
