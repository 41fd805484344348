// Validation of ingress classes.
import type { IngressClass } from '../../generated/kinds.ts';
import type { Findings } from '../finding.ts';

export function validateIngressClass(ingressClass: IngressClass, to: Findings): void {
  const { controller, parameters } = ingressClass.spec ?? {};
  if (!controller) to.required('spec.controller');
  else if (!controller.includes('/'))
    to.invalid('spec.controller', controller, 'must be a domain-prefixed path (such as "acme.io/foo")');
  if (!parameters) return;
  if (!parameters.kind) to.required('spec.parameters.kind');
  if (!parameters.name) to.required('spec.parameters.name');
  if (parameters.scope === 'Namespace' && !parameters.namespace)
    to.required('spec.parameters.namespace', "`parameters.scope` is set to 'Namespace'");
}

export function validateIngressClassUpdate(now: IngressClass, old: IngressClass, to: Findings): void {
  if (now.spec?.controller !== old.spec?.controller)
    to.invalid('spec.controller', now.spec?.controller, 'field is immutable');
}
