// The quality-of-service class of a pod. Source: Kubernetes concept page "Pod Quality of Service Classes".
import { quantityNanos } from '#base';
import type { PodSpec, Quantity } from '../generated/kinds.ts';

type Amounts = Record<string, Quantity> | undefined;

const COUNTED = ['cpu', 'memory'] as const;

const amount = (amounts: Amounts, name: string): bigint => quantityNanos(amounts?.[name] ?? 0) ?? 0n;

export function qosClassOf(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const parts = spec.resources
    ? [spec.resources]
    : [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map((container) => container.resources);
  let anything = false;
  let guaranteed = true;
  for (const part of parts)
    for (const name of COUNTED) {
      const limit = amount(part?.limits, name);
      const request = part?.requests?.[name] === undefined ? limit : amount(part.requests, name);
      if (limit > 0n || request > 0n) anything = true;
      if (limit === 0n || limit !== request) guaranteed = false;
    }
  if (!anything) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
