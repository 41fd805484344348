// The tables of webhooks, admission policies, and devices.
import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhookConfiguration,
  ParamKind,
  ResourceSlice,
  ResourceV1ResourceClaim,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '../generated/kinds.ts';
import { queryText } from './cell-text.ts';
import { columnsFor, type KindTable } from './column.ts';

function webhooksTable(): KindTable<MutatingWebhookConfiguration | ValidatingWebhookConfiguration> {
  const c = columnsFor<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>();
  return { columns: [c.name(), c.count('Webhooks', (o) => o.webhooks?.length), c.age()] };
}

const paramKindText = (kind: ParamKind | undefined): string =>
  kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : '<unset>';

function validatingPolicyTable(): KindTable<ValidatingAdmissionPolicy> {
  const c = columnsFor<ValidatingAdmissionPolicy>();
  return {
    columns: [
      c.name(),
      c.count('Validations', (o) => o.spec?.validations?.length),
      c.text('ParamKind', (o) => paramKindText(o.spec?.paramKind)),
      c.age(),
    ],
  };
}

function mutatingPolicyTable(): KindTable<MutatingAdmissionPolicy> {
  const c = columnsFor<MutatingAdmissionPolicy>();
  return {
    columns: [
      c.name(),
      c.count('Mutations', (o) => o.spec?.mutations?.length),
      c.text('ParamKind', (o) => paramKindText(o.spec?.paramKind)),
      c.age(),
    ],
  };
}

type PolicyBinding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

function paramRefText({ spec }: PolicyBinding): string {
  const reference = spec?.paramRef;
  if (!reference) return '<unset>';
  // Without a namespace it is unknown here whether the parameter has one.
  if (reference.name) return `${reference.namespace || '*'}/${reference.name}`;
  return reference.selector ? queryText(reference.selector) : '<unset>';
}

function policyBindingTable(): KindTable<PolicyBinding> {
  const c = columnsFor<PolicyBinding>();
  return {
    columns: [c.name(), c.text('PolicyName', (o) => o.spec?.policyName), c.text('ParamRef', paramRefText), c.age()],
  };
}

function claimState({ metadata, status }: ResourceV1ResourceClaim): string {
  const states = metadata?.deletionTimestamp ? ['deleted'] : [];
  if (status?.allocation) states.push('allocated', ...(status.reservedFor?.length ? ['reserved'] : []));
  else if (!metadata?.deletionTimestamp) states.push('pending');
  return states.join(',');
}

function resourceClaimTable(): KindTable<ResourceV1ResourceClaim> {
  const c = columnsFor<ResourceV1ResourceClaim>();
  return { columns: [c.name(), c.text('State', claimState), c.age()] };
}

function resourceSliceTable(): KindTable<ResourceSlice> {
  const c = columnsFor<ResourceSlice>();
  return {
    columns: [
      c.name(),
      c.text('Node', (o) => o.spec?.nodeName),
      c.text('Driver', (o) => o.spec?.driver),
      c.text('Pool', (o) => o.spec?.pool?.name),
      c.age(),
    ],
  };
}

function ageTable(): KindTable<{ metadata?: { name?: string; creationTimestamp?: string } }> {
  const c = columnsFor();
  return { columns: [c.name(), c.age()] };
}

const ADMISSION = 'admissionregistration.k8s.io';

/** Tables by group/resource. */
export const extensionTables = {
  [`${ADMISSION}/mutatingwebhookconfigurations`]: webhooksTable,
  [`${ADMISSION}/validatingwebhookconfigurations`]: webhooksTable,
  [`${ADMISSION}/validatingadmissionpolicies`]: validatingPolicyTable,
  [`${ADMISSION}/validatingadmissionpolicybindings`]: policyBindingTable,
  [`${ADMISSION}/mutatingadmissionpolicies`]: mutatingPolicyTable,
  [`${ADMISSION}/mutatingadmissionpolicybindings`]: policyBindingTable,
  'resource.k8s.io/deviceclasses': ageTable,
  'resource.k8s.io/resourceclaims': resourceClaimTable,
  'resource.k8s.io/resourceclaimtemplates': ageTable,
  'resource.k8s.io/resourceslices': resourceSliceTable,
};
