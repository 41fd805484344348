// What a pod takes of a node. Init containers run one after the other before the others, so the largest counts; sidecars
// (init containers that go on) count with everything after them. Source: Kubernetes concepts "Resource Management for Pods
// and Containers", "Sidecar Containers", "Pod Overhead"; KEP-2837 pod-level resources.
import { quantityMillis, quantityUnits } from '#base';
import type { Container, PodSpec, Quantity } from '#model/kube';

/** Amounts by resource name: CPU in thousandths, all else in whole units. */
export type Amounts = Map<string, number>;

// Assumed for scores when a container asks for nothing, so that such pods are spread as well.
const UNSTATED: Readonly<Record<string, number>> = { cpu: 100, memory: 200 * 1024 * 1024 };

export function amountOf(resource: string, quantity: Quantity): number {
  return resource === 'cpu' ? quantityMillis(quantity) : quantityUnits(quantity);
}

const GIBIBYTE = 2 ** 30;

/** An amount for people: "1.5 cores", "0.3 GiB", "2". */
export function amountText(resource: string, amount: number): string {
  const cores = Math.round(amount / 10) / 100;
  if (resource === 'cpu') return cores === 1 ? '1 core' : `${cores} cores`;
  return resource === 'memory' ? `${Math.round((amount / GIBIBYTE) * 100) / 100} GiB` : `${amount}`;
}

function requestsOf(container: Container, assume: boolean): Amounts {
  const amounts: Amounts = new Map();
  const { requests } = container.resources ?? {};
  for (const resource in requests) amounts.set(resource, amountOf(resource, requests[resource] ?? 0));
  if (assume)
    for (const resource in UNSTATED) if (!amounts.has(resource)) amounts.set(resource, UNSTATED[resource] ?? 0);
  return amounts;
}

function add(into: Amounts, more: Amounts): void {
  for (const [resource, amount] of more) into.set(resource, (into.get(resource) ?? 0) + amount);
}

function raise(into: Amounts, least: Amounts): void {
  for (const [resource, amount] of least) into.set(resource, Math.max(into.get(resource) ?? 0, amount));
}

/** `assume` counts unstated CPU and memory with a small amount. */
export function podRequests(spec: PodSpec | undefined, options: { assume?: boolean } = {}): Amounts {
  const assume = options.assume ?? false;
  const total: Amounts = new Map();
  const sidecars: Amounts = new Map();
  const initPeak: Amounts = new Map();
  for (const container of spec?.containers ?? []) add(total, requestsOf(container, assume));
  for (const container of spec?.initContainers ?? []) {
    const own = requestsOf(container, assume);
    if (container.restartPolicy === 'Always') {
      add(total, own);
      add(sidecars, own);
      raise(initPeak, sidecars);
    } else {
      add(own, sidecars);
      raise(initPeak, own);
    }
  }
  raise(total, initPeak);
  const podLevel = spec?.resources?.requests;
  for (const resource in podLevel) total.set(resource, amountOf(resource, podLevel[resource] ?? 0));
  for (const resource in spec?.overhead) {
    total.set(resource, (total.get(resource) ?? 0) + amountOf(resource, spec?.overhead[resource] ?? 0));
  }
  return total;
}
