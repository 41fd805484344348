// Whether the node takes a pod that was given to it: room, selectors, taints, ports, system and sysctls. What the scheduler
// placed has been looked at; pods that name their node, and races, have not.
// Source: Kubernetes, "Node-pressure and admission": reasons OutOf<resource>, NodeAffinity, TaintToleration, NodePorts.
import { forbiddenSysctl, type ResizeHeld } from '#engine/pod';
import { amountOf, podAcceptsNode, podRequests, untoleratedTaint } from '#engine/scheduling';
import type { Node, Pod } from '#model/kube';
import { isStatic } from './static-pods.ts';

export interface Place {
  /** The node as the API has it; undefined while it is unknown, then labels and taints are not looked at. */
  readonly node: Node | undefined;
  readonly allocatable: Readonly<Record<string, string>>;
  /** Pods that have their place already. */
  readonly others: readonly Pod[];
}

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

const OS = 'linux';

/** Why the node does not take the pod; undefined when it does. */
export function admitPod(pod: Pod, place: Place): Refusal | undefined {
  const { spec } = pod;
  if (spec?.os?.name && spec.os.name !== OS)
    return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
  const sysctl = forbiddenSysctl(pod);
  if (sysctl) return { reason: 'SysctlForbidden', message: `forbidden sysctl: "${sysctl}" not allowlisted` };
  return fitsNode(pod, place) ?? outOfPorts(pod, place) ?? outOfRoom(pod, place);
}

function fitsNode(pod: Pod, { node }: Place): Refusal | undefined {
  if (!node || isStatic(pod)) return undefined;
  if (!podAcceptsNode(pod.spec, node))
    return {
      reason: 'NodeAffinity',
      message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    };
  const taint = untoleratedTaint(node.spec?.taints, pod.spec?.tolerations, ['NoExecute']);
  return taint && { reason: 'TaintToleration', message: `Predicate TaintToleration failed: taint ${taint.key}` };
}

function portsOf({ spec }: Pod): { key: string; ip: string }[] {
  const ports = (spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  return ports
    .map((port) => ({ ...port, hostPort: spec?.hostNetwork ? port.containerPort : port.hostPort }))
    .filter((port) => port.hostPort)
    .map((port) => ({ key: `${port.protocol ?? 'TCP'}/${port.hostPort}`, ip: port.hostIP || '0.0.0.0' }));
}

function outOfPorts(pod: Pod, { others }: Place): Refusal | undefined {
  const wanted = portsOf(pod);
  const everywhere = '0.0.0.0';
  const clash = others
    .flatMap(portsOf)
    .find((taken) =>
      wanted.some(
        ({ key, ip }) => key === taken.key && (ip === taken.ip || ip === everywhere || taken.ip === everywhere),
      ),
    );
  return clash && { reason: 'NodePorts', message: `Predicate NodePorts failed: ${clash.key} is taken` };
}

function outOfRoom(pod: Pod, { allocatable, others }: Place): Refusal | undefined {
  const most = Number(allocatable.pods);
  if (others.length >= most) return tooMuch('pods', { requested: 1, used: others.length, capacity: most });
  for (const [resource, requested] of podRequests(pod.spec)) {
    if (requested === 0) continue;
    const capacity = amountOf(resource, allocatable[resource] ?? '0');
    const used = others.reduce((sum, other) => sum + (podRequests(other.spec).get(resource) ?? 0), 0);
    if (used + requested > capacity) return tooMuch(resource, { requested, used, capacity });
  }
  return undefined;
}

function tooMuch(resource: string, of: { requested: number; used: number; capacity: number }): Refusal {
  const { requested, used, capacity } = of;
  const amounts = `requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  return { reason: `OutOf${resource}`, message: `Node didn't have enough resource: ${resource}, ${amounts}` };
}

/** Why a pod that runs cannot be given what it now requests; undefined when it can. */
export function resizeHeld(pod: Pod, place: Place): ResizeHeld | undefined {
  const alone = outOfRoom(pod, { ...place, others: [] });
  if (alone) return { reason: 'Infeasible', message: alone.message };
  const beside = outOfRoom(pod, place);
  return beside && { reason: 'Deferred', message: beside.message };
}
