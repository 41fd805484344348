// Turns a pod's priority class into its priority and preemption policy; one class at most is everybody's default.
// Source: Kubernetes documentation, "Pod Priority and Preemption".
import type { Pod, PriorityClass } from '#model/kube';
import type { AdmissionPlugin, AdmissionRequest } from '../contract.ts';
import type { AdmissionLookups } from './admission-lookups.ts';
import { created, forbid, isFor } from './refusal.ts';

const GROUP = 'scheduling.k8s.io';
/** Known even before their objects are there, so that the system's own pods can start. */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

interface Chosen {
  readonly name: string;
  readonly value: number;
  readonly preemptionPolicy?: string;
}

export function priority(lookups: Pick<AdmissionLookups, 'priorityClasses'>): AdmissionPlugin {
  const named = (name: string): Chosen | undefined => {
    const found = lookups.priorityClasses().find((known) => known.metadata?.name === name);
    if (found) return { name, value: found.value ?? 0, preemptionPolicy: found.preemptionPolicy };
    const value = SYSTEM_CLASSES[name];
    return value === undefined ? undefined : { name, value };
  };
  /** The default class; the least of several that raced each other into being. */
  const byDefault = (): Chosen => {
    const defaults = lookups.priorityClasses().filter((known) => known.globalDefault);
    const least = defaults.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
    if (!least) return { name: '', value: 0 };
    return { name: least.metadata?.name ?? '', value: least.value ?? 0, preemptionPolicy: least.preemptionPolicy };
  };
  const checkPod = (request: AdmissionRequest, pod: Pod): void => {
    const spec = pod.spec;
    if (!spec) return;
    const wanted = spec.priorityClassName;
    const chosen = wanted ? named(wanted) : byDefault();
    if (!chosen) forbid(request, `no PriorityClass with name ${wanted} was found`);
    if (spec.priority !== undefined && spec.priority !== chosen.value)
      forbid(
        request,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${chosen.value} from the given PriorityClass name`,
      );
    const policy = chosen.preemptionPolicy ?? 'PreemptLowerPriority';
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy)
      forbid(
        request,
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
      );
    if (chosen.name) spec.priorityClassName = chosen.name;
    spec.priority = chosen.value;
    spec.preemptionPolicy = policy;
  };
  return {
    name: 'Priority',
    mutate(request) {
      const pod = created<Pod>(request, '', 'pods');
      if (pod) checkPod(request, pod);
      if (request.operation !== 'UPDATE' || !isFor(request, '', 'pods')) return;
      // Clients that read the pod with an old version of the API leave these out; they cannot be changed anyway.
      const [spec, old] = [(request.object as Pod).spec, (request.oldObject as Pod | undefined)?.spec];
      if (!spec || !old) return;
      if (spec.priority === undefined && old.priority !== undefined) spec.priority = old.priority;
      if (spec.preemptionPolicy === undefined && old.preemptionPolicy !== undefined)
        spec.preemptionPolicy = old.preemptionPolicy;
    },
    validate(request) {
      if (!isFor(request, GROUP, 'priorityclasses') || !(request.object as PriorityClass | undefined)?.globalDefault)
        return;
      const { name } = byDefault();
      if (name && name !== request.object?.metadata?.name)
        forbid(request, `PriorityClass ${name} is already marked as default. Only one default can exist`);
    },
  };
}
