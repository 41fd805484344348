// Validation of leases.
import type { Lease } from '../../generated/kinds.ts';
import type { Findings } from '../finding.ts';
import { nonNegative, positive } from '../numbers.ts';

export function validateLease(lease: Lease, to: Findings): void {
  const spec = lease.spec;
  positive(spec?.leaseDurationSeconds, 'spec.leaseDurationSeconds', to);
  nonNegative(spec?.leaseTransitions, 'spec.leaseTransitions', to);
  if (spec?.holderIdentity === '') to.invalid('spec.holderIdentity', '', 'must not be empty');
}
