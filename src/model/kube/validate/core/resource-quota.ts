// Validation of resource quotas.
import type { ResourceQuota } from '../../generated/kinds.ts';
import { qualifiedNameProblems } from '../../selector/label-syntax.ts';
import type { Findings } from '../finding.ts';
import { quantity } from '../numbers.ts';

export function validateResourceQuota(quota: ResourceQuota, to: Findings): void {
  for (const name in quota.spec?.hard) {
    for (const problem of qualifiedNameProblems(name)) to.invalid(`spec.hard[${name}]`, name, problem);
    quantity(quota.spec?.hard?.[name], `spec.hard[${name}]`, to);
  }
  quota.spec?.scopes?.forEach((scope) => {
    const scopes = [
      'BestEffort',
      'CrossNamespacePodAffinity',
      'NotBestEffort',
      'NotTerminating',
      'PriorityClass',
      'Terminating',
      'VolumeAttributesClass',
    ];
    if (!scopes.includes(scope)) to.invalid('spec.scopes', quota.spec?.scopes, 'unsupported scope');
  });
}
