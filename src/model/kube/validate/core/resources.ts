// Validation of resource amounts. Source: Kubernetes concept page "Resource Management for Pods and Containers".
import { quantityNanos } from '#base';
import type { Quantity, ResourceRequirements } from '../../generated/kinds.ts';
import { qualifiedNameProblems } from '../../selector/label-syntax.ts';
import type { Findings } from '../finding.ts';

type Amounts = Readonly<Record<string, Quantity>>;

const NATIVE = ['cpu', 'memory', 'ephemeral-storage'];
const UNIT = 10n ** 9n;

export const isHugePages = (name: string) => name.startsWith('hugepages-');

/** What a device plug-in offers: qualified, outside kubernetes.io, never overcommitted. */
export function isExtendedResource(name: string): boolean {
  return name.includes('/') && !/^([^/]+\.)?kubernetes\.io\//.test(name) && !name.startsWith('requests.');
}

function validateName(name: string, field: string, to: Findings): void {
  for (const problem of qualifiedNameProblems(name)) to.invalid(field, name, problem);
  if (!name.includes('/') && !NATIVE.includes(name) && !isHugePages(name))
    to.invalid(field, name, 'must be a standard resource for containers');
}

function validateAmount(name: string, amount: Quantity, field: string, to: Findings): bigint {
  const nanos = quantityNanos(amount) ?? 0n;
  if (nanos < 0n) to.invalid(field, String(amount), 'must be greater than or equal to 0');
  else if ((isExtendedResource(name) || isHugePages(name)) && nanos % UNIT !== 0n)
    to.invalid(field, String(amount), 'must be an integer');
  return nanos;
}

export function validateAmounts(amounts: Amounts | undefined, field: string, to: Findings): void {
  for (const name in amounts) {
    const at = `${field}[${name}]`;
    validateName(name, at, to);
    validateAmount(name, amounts[name] ?? 0, at, to);
  }
}

/** No request may be above its limit; what cannot be overcommitted must have both the same. */
export function validateResources(resources: ResourceRequirements | undefined, field: string, to: Findings): void {
  if (!resources) return;
  const { limits = {}, requests = {} } = resources;
  validateAmounts(limits, `${field}.limits`, to);
  for (const name in requests) {
    const at = `${field}.requests[${name}]`;
    validateName(name, at, to);
    const request = validateAmount(name, requests[name] ?? 0, at, to);
    const limit = limits[name];
    const exact = isExtendedResource(name) || isHugePages(name);
    if (limit === undefined) {
      if (exact) to.required(`${field}.limits`, `Limit must be set for non overcommitable resources`);
      continue;
    }
    const limitNanos = quantityNanos(limit) ?? 0n;
    if (exact && request !== limitNanos)
      to.invalid(`${field}.requests`, String(requests[name]), `must be equal to ${name} limit of ${limit}`);
    else if (request > limitNanos)
      to.invalid(
        `${field}.requests`,
        String(requests[name]),
        `must be less than or equal to ${name} limit of ${limit}`,
      );
  }
  const names = new Set<string>();
  resources.claims?.forEach((claim, i) => {
    const key = `${claim.name}/${claim.request ?? ''}`;
    if (!claim.name) to.required(`${field}.claims[${i}].name`);
    else if (names.has(key)) to.duplicate(`${field}.claims[${i}]`, claim);
    names.add(key);
  });
}
