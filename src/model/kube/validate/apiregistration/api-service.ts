// Validation of API services.
import type { APIService } from '../../generated/kinds.ts';
import type { Findings } from '../finding.ts';
import { dns1035Problems } from '../names.ts';

export function validateApiService(service: APIService, to: Findings): void {
  const spec = service.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  const expected = `${spec.version}.${spec.group ?? ''}`;
  if (service.metadata?.name !== expected)
    to.invalid(
      'metadata.name',
      service.metadata?.name,
      `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(expected)}`,
    );
  for (const problem of dns1035Problems(spec.version ?? '')) to.invalid('spec.version', spec.version, problem);
  if (!spec.groupPriorityMinimum || spec.groupPriorityMinimum > 20_000)
    to.invalid('spec.groupPriorityMinimum', spec.groupPriorityMinimum, 'must be positive and less than 20000');
  if (!spec.versionPriority || spec.versionPriority > 1000)
    to.invalid('spec.versionPriority', spec.versionPriority, 'must be positive and less than 1000');
  if (spec.service && !spec.service.name) to.required('spec.service.name');
  if (spec.service && !spec.service.namespace) to.required('spec.service.namespace');
  if (spec.insecureSkipTLSVerify && spec.caBundle)
    to.invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present');
}
