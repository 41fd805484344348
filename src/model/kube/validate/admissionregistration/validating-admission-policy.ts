// Validation of admission policies and their bindings.
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../generated/kinds.ts';
import { oneOf, optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';

export function validateAdmissionPolicy(policy: ValidatingAdmissionPolicy, to: Findings): void {
  const spec = policy.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  optionalOneOf(spec.failurePolicy, ['Fail', 'Ignore'], 'spec.failurePolicy', to);
  if (!spec.matchConstraints) to.required('spec.matchConstraints');
  else if (!spec.matchConstraints.resourceRules?.length) to.required('spec.matchConstraints.resourceRules');
  if (!spec.validations?.length && !spec.auditAnnotations?.length)
    to.required('spec.validations', 'validations or auditAnnotations must contain at least one item');
  spec.validations?.forEach((validation, i) => {
    if (!validation.expression?.trim()) to.required(`spec.validations[${i}].expression`, 'expression is not specified');
  });
}

export function validateAdmissionBinding(binding: ValidatingAdmissionPolicyBinding, to: Findings): void {
  if (!binding.spec?.policyName) to.required('spec.policyName');
  if (!binding.spec?.validationActions?.length) to.required('spec.validationActions');
  binding.spec?.validationActions?.forEach((action, i) => {
    oneOf(action, ['Audit', 'Deny', 'Warn'], `spec.validationActions[${i}]`, to);
  });
}
