// Validation of admission webhooks.
import type {
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from '../../generated/kinds.ts';
import { oneOf, optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { labelSelector } from '../label-selector.ts';
import { dnsLabelProblems } from '../names.ts';

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
