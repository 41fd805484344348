// Validation of replication controllers.
import type { ReplicationController } from '../../generated/kinds.ts';
import { labelMapMatcherOf } from '../../selector/label-selector.ts';
import type { Findings } from '../finding.ts';
import { nonNegative } from '../numbers.ts';
import { validateTemplate } from './pod.ts';

export function validateReplicationController(controller: ReplicationController, to: Findings): void {
  const spec = controller.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  nonNegative(spec.replicas, 'spec.replicas', to);
  nonNegative(spec.minReadySeconds, 'spec.minReadySeconds', to);
  if (!Object.keys(spec.selector ?? {}).length) to.required('spec.selector');
  if (!spec.template) {
    to.required('spec.template');
    return;
  }
  if (!labelMapMatcherOf(spec.selector).matches(spec.template.metadata?.labels))
    to.invalid(
      'spec.template.metadata.labels',
      spec.template.metadata?.labels ?? {},
      '`selector` does not match template `labels`',
    );
  validateTemplate(spec.template, 'spec.template', to);
  const policy = spec.template.spec?.restartPolicy;
  if (policy !== 'Always') to.notSupported('spec.template.spec.restartPolicy', policy, ['Always']);
}
