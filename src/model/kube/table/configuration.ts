// The tables of configuration, accounts, quotas and rights.
import type {
  CertificateSigningRequest,
  ClusterRole,
  ClusterRoleBinding,
  ConfigMap,
  RbacV1Subject,
  ResourceQuota,
  Role,
  RoleBinding,
  Secret,
  ServiceAccount,
} from '../generated/kinds.ts';
import { columnsFor, type KindTable } from './column.ts';
import { durationText } from './duration.ts';

const sizeOf = (map: object | undefined): number => (map ? Object.keys(map).length : 0);

function configMapTable(): KindTable<ConfigMap> {
  const c = columnsFor<ConfigMap>();
  return {
    columns: [c.name(), { ...c.count('Data', (o) => sizeOf(o.data) + sizeOf(o.binaryData)), type: 'string' }, c.age()],
  };
}

function secretTable(): KindTable<Secret> {
  const c = columnsFor<Secret>();
  return {
    columns: [
      c.name(),
      c.text('Type', (o) => o.type),
      { ...c.count('Data', (o) => sizeOf(o.data)), type: 'string' },
      c.age(),
    ],
  };
}

function serviceAccountTable(): KindTable<ServiceAccount> {
  const c = columnsFor<ServiceAccount>();
  return { columns: [c.name(), { ...c.count('Secrets', (o) => o.secrets?.length), type: 'string' }, c.age()] };
}

function quotaText({ status }: ResourceQuota, limits: boolean): string {
  return Object.keys(status?.hard ?? {})
    .filter((resource) => resource.startsWith('limits.') === limits)
    .sort()
    .map((resource) => `${resource}: ${status?.used?.[resource] ?? '0'}/${status?.hard?.[resource]}`)
    .join(', ');
}

function quotaTable(): KindTable<ResourceQuota> {
  const c = columnsFor<ResourceQuota>();
  return {
    columns: [
      c.name(),
      c.text('Request', (o) => quotaText(o, false)),
      c.text('Limit', (o) => quotaText(o, true)),
      c.age(),
    ],
  };
}

function roleTable(): KindTable<Role | ClusterRole> {
  const c = columnsFor<Role | ClusterRole>();
  return { columns: [c.name(), c.created()] };
}

function subjects(list: readonly RbacV1Subject[] | undefined, kind: string): string {
  return (list ?? [])
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ');
}

function bindingTable(): KindTable<RoleBinding | ClusterRoleBinding> {
  const c = columnsFor<RoleBinding | ClusterRoleBinding>();
  return {
    columns: [
      c.name(),
      c.text('Role', (o) => `${o.roleRef?.kind ?? ''}/${o.roleRef?.name ?? ''}`),
      c.age(),
      c.wide('Users', (o) => subjects(o.subjects, 'User')),
      c.wide('Groups', (o) => subjects(o.subjects, 'Group')),
      c.wide('ServiceAccounts', (o) => subjects(o.subjects, 'ServiceAccount')),
    ],
  };
}

function requestCondition({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type) ?? false;
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
}

function signingRequestTable(): KindTable<CertificateSigningRequest> {
  const c = columnsFor<CertificateSigningRequest>();
  const wanted = ({ spec }: CertificateSigningRequest) =>
    spec?.expirationSeconds === undefined ? '<none>' : durationText(spec.expirationSeconds * 1000);
  return {
    columns: [
      c.name(),
      c.age(),
      c.text('SignerName', (o) => o.spec?.signerName || '<none>'),
      c.text('Requestor', (o) => o.spec?.username),
      c.text('RequestedDuration', wanted),
      c.text('Condition', requestCondition),
    ],
  };
}

/** Tables by group/resource. */
export const configurationTables = {
  '/configmaps': configMapTable,
  '/secrets': secretTable,
  '/serviceaccounts': serviceAccountTable,
  '/resourcequotas': quotaTable,
  'rbac.authorization.k8s.io/roles': roleTable,
  'rbac.authorization.k8s.io/clusterroles': roleTable,
  'rbac.authorization.k8s.io/rolebindings': bindingTable,
  'rbac.authorization.k8s.io/clusterrolebindings': bindingTable,
  'certificates.k8s.io/certificatesigningrequests': signingRequestTable,
};
