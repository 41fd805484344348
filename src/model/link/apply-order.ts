// The order in which the objects of a desired state are applied, and in which, from the end, they are pruned: what others stand on
// comes first. The hub puts them so when it reads them, and the site goes by it whatever order they come in.

/** What others stand on, from the first on; everything else comes after it, and what calls for other things at the very end. */
const FIRST = [
  ...['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'RuntimeClass', 'StorageClass', 'IngressClass'],
  ...['ClusterRole', 'ClusterRoleBinding', 'PersistentVolume', 'ResourceQuota', 'LimitRange', 'ServiceAccount'],
  ...['Role', 'RoleBinding', 'Secret', 'ConfigMap', 'PersistentVolumeClaim', 'NetworkPolicy', 'Service'],
];
const LAST = [
  'Ingress',
  'HorizontalPodAutoscaler',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'APIService',
];

/** Lower is applied earlier, and pruned later. Equal ones keep the order in which the hub gave them. */
export function applyRank(kind: string): number {
  const first = FIRST.indexOf(kind);
  return first >= 0 ? first : FIRST.length + 1 + LAST.indexOf(kind);
}
