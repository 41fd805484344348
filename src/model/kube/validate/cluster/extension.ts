// Validation of what extends the API: custom resource definitions, API services, webhooks, admission policies, signing requests.
// The schemas inside a definition are judged by whoever compiles them.
import type {
  APIService,
  CertificateSigningRequest,
  CustomResourceDefinition,
  MutatingWebhookConfiguration,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../generated/kinds.ts';
import type { Findings } from '../finding.ts';
import { dns1035Problems, dnsLabelProblems, dnsSubdomainProblems } from '../names.ts';
import { labelSelector, oneOf, optionalOneOf } from '../rules.ts';

function validateVersions(definition: CustomResourceDefinition, to: Findings): void {
  const versions = definition.spec?.versions ?? [];
  const names = new Set<string>();
  versions.forEach((version, i) => {
    const at = `spec.versions[${i}]`;
    for (const problem of dns1035Problems(version.name ?? '')) to.invalid(`${at}.name`, version.name, problem);
    if (names.has(version.name)) to.duplicate(`${at}.name`, version.name);
    names.add(version.name);
    if (!version.schema?.openAPIV3Schema) to.required(`${at}.schema.openAPIV3Schema`, 'schemas are required');
  });
  const stored = versions.filter((version) => version.storage).length;
  if (stored !== 1)
    to.invalid(
      'spec.versions',
      versions.map((version) => version.name),
      'must have exactly one version marked as storage version',
    );
}

export function validateDefinition(definition: CustomResourceDefinition, to: Findings): void {
  const spec = definition.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [] } = spec.names ?? {};
  if (definition.metadata?.name !== `${plural}.${spec.group}`)
    to.invalid('metadata.name', definition.metadata?.name, `must be spec.names.plural+"."+spec.group`);
  if (!spec.group) to.required('spec.group');
  else if (!spec.group.includes('.')) to.invalid('spec.group', spec.group, 'should be a domain with at least one dot');
  else for (const problem of dnsSubdomainProblems(spec.group)) to.invalid('spec.group', spec.group, problem);
  oneOf(spec.scope, ['Cluster', 'Namespaced'], 'spec.scope', to);
  const named: [string, string][] = [
    ['plural', plural],
    ['singular', singular],
    ['kind', kind.toLowerCase()],
    ['listKind', listKind.toLowerCase()],
  ];
  for (const [field, name] of named)
    if (!name) to.required(`spec.names.${field}`);
    else for (const problem of dns1035Problems(name)) to.invalid(`spec.names.${field}`, name, problem);
  shortNames.forEach((name, i) => {
    for (const problem of dns1035Problems(name)) to.invalid(`spec.names.shortNames[${i}]`, name, problem);
  });
  if (kind && kind === listKind) to.invalid('spec.names.listKind', listKind, 'kind and listKind may not be the same');
  optionalOneOf(spec.conversion?.strategy, ['None', 'Webhook'], 'spec.conversion.strategy', to);
  if (spec.preserveUnknownFields) to.invalid('spec.preserveUnknownFields', true, 'must be false');
  validateVersions(definition, to);
}

export function validateDefinitionUpdate(
  now: CustomResourceDefinition,
  old: CustomResourceDefinition,
  to: Findings,
): void {
  const established = old.status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True');
  if (now.spec?.group !== old.spec?.group) to.invalid('spec.group', now.spec?.group, 'field is immutable');
  if (now.spec?.names?.plural !== old.spec?.names?.plural)
    to.invalid('spec.names.plural', now.spec?.names?.plural, 'field is immutable');
  if (!established) return;
  if (now.spec?.scope !== old.spec?.scope) to.invalid('spec.scope', now.spec?.scope, 'field is immutable');
  if (now.spec?.names?.kind !== old.spec?.names?.kind)
    to.invalid('spec.names.kind', now.spec?.names?.kind, 'field is immutable');
  const names = new Set(now.spec?.versions?.map((version) => version.name));
  now.status?.storedVersions?.forEach((stored, i) => {
    if (!names.has(stored))
      to.invalid(
        `status.storedVersions[${i}]`,
        stored,
        'missing from spec.versions; only remove this version after all stored objects have been migrated',
      );
  });
}

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

function validateWebhook(webhook: ValidatingWebhook, at: string, to: Findings): void {
  const parts = (webhook.name ?? '').split('.');
  if (!webhook.name) to.required(`${at}.name`);
  else if (parts.length < 3)
    to.invalid(`${at}.name`, webhook.name, 'should be a domain with at least three segments separated by dots');
  else
    for (const part of parts)
      for (const problem of dnsLabelProblems(part)) to.invalid(`${at}.name`, webhook.name, problem);
  optionalOneOf(webhook.failurePolicy, ['Fail', 'Ignore'], `${at}.failurePolicy`, to);
  optionalOneOf(webhook.matchPolicy, ['Equivalent', 'Exact'], `${at}.matchPolicy`, to);
  oneOf(webhook.sideEffects, ['None', 'NoneOnDryRun'], `${at}.sideEffects`, to);
  const seconds = webhook.timeoutSeconds ?? 10;
  if (seconds < 1 || seconds > 30)
    to.invalid(`${at}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds');
  labelSelector(webhook.namespaceSelector, `${at}.namespaceSelector`, to);
  labelSelector(webhook.objectSelector, `${at}.objectSelector`, to);
  if (!webhook.admissionReviewVersions?.length)
    to.required(`${at}.admissionReviewVersions`, 'must specify one of v1, v1beta1');
  else if (!webhook.admissionReviewVersions.some((version) => version === 'v1' || version === 'v1beta1'))
    to.invalid(
      `${at}.admissionReviewVersions`,
      webhook.admissionReviewVersions,
      'must include at least one of v1, v1beta1',
    );
  const { url, service } = webhook.clientConfig ?? {};
  if ((url === undefined) === (service === undefined))
    to.required(`${at}.clientConfig`, 'exactly one of url or service is required');
  if (url !== undefined && !url.startsWith('https://'))
    to.invalid(`${at}.clientConfig.url`, url, "'https' is the only allowed URL scheme");
  if (service && !service.name) to.required(`${at}.clientConfig.service.name`);
  if (service && !service.namespace) to.required(`${at}.clientConfig.service.namespace`);
  webhook.rules?.forEach((rule, i) => {
    for (const field of ['operations', 'apiGroups', 'apiVersions', 'resources'] as const)
      if (!rule[field]?.length) to.required(`${at}.rules[${i}].${field}`);
  });
}

export function validateWebhooks(
  configuration: ValidatingWebhookConfiguration | MutatingWebhookConfiguration,
  to: Findings,
): void {
  const names = new Set<string>();
  configuration.webhooks?.forEach((webhook, i) => {
    validateWebhook(webhook, `webhooks[${i}]`, to);
    if (names.has(webhook.name)) to.duplicate(`webhooks[${i}].name`, webhook.name);
    names.add(webhook.name);
  });
}

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

export function validateSigningRequest(request: CertificateSigningRequest, to: Findings): void {
  const spec = request.spec;
  if (!spec?.request) to.required('spec.request');
  else if (!Buffer.from(spec.request, 'base64').toString('latin1').includes('CERTIFICATE REQUEST'))
    to.invalid('spec.request', spec.request, 'PEM block type must be CERTIFICATE REQUEST');
  if (!spec?.signerName) to.required('spec.signerName');
  else if (!spec.signerName.includes('/'))
    to.invalid(
      'spec.signerName',
      spec.signerName,
      "must be a fully qualified domain and path of the form 'example.com/signer-name'",
    );
  if (!spec?.usages?.length) to.required('spec.usages');
  if (spec?.expirationSeconds !== undefined && spec.expirationSeconds < 600)
    to.invalid(
      'spec.expirationSeconds',
      spec.expirationSeconds,
      'may not specify a duration less than 600 seconds (10 minutes)',
    );
}
