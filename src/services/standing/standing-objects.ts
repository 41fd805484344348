// The objects that show where the site stands, and whether one that is there says enough.
import type { ConfigMap, KubeObject, NodeCondition, Role, RoleBinding } from '#model/kube';
import { CONTACT_SHOWN_MS } from './limits.ts';
import type { Shown } from './standing-source.ts';

/** Where the map stands. */
export const AT = { namespace: 'holdfast-system', name: 'connectivity' } as const;
const READERS = 'connectivity-readers';

export const namespaceObject: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: AT.namespace } };

export const readerRole: Role = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { namespace: AT.namespace, name: READERS },
  rules: [{ apiGroups: [''], resources: ['configmaps'], resourceNames: [AT.name], verbs: ['get', 'list', 'watch'] }],
};

export const readerBinding: RoleBinding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'RoleBinding',
  metadata: { namespace: AT.namespace, name: READERS },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: READERS },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
};

/** Everything is a text there; what there is not is an empty one. */
const dataOf = ({ mode, plane, since, lastContact, graceDaysLeft }: Shown): Record<string, string> => ({
  mode,
  plane,
  since,
  lastContact: lastContact ?? '',
  graceDaysLeft: graceDaysLeft === null ? '' : String(graceDaysLeft),
});

export const connectivityMap = (shown: Shown): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: AT,
  data: dataOf(shown),
});

/** Whether the map need not be written: nothing differs but a contact that is not much newer. */
export function saysEnough(map: ConfigMap, shown: Shown): boolean {
  const { lastContact = '', ...told } = map.data ?? {};
  const { lastContact: newest = '', ...wanted } = dataOf(shown);
  const names = Object.keys(wanted);
  if (Object.keys(told).length !== names.length || names.some((name) => told[name] !== wanted[name])) return false;
  if (lastContact === newest) return true;
  const newerByMs = Date.parse(newest) - Date.parse(lastContact);
  return newerByMs >= 0 && newerByMs < CONTACT_SHOWN_MS;
}

const STATUSES = { Connected: 'True', SemiConnected: 'False', Disconnected: 'False', NotActivated: 'Unknown' } as const;

/** The condition of a node; its times are the caller's. */
export function nodeCondition({ mode, plane, graceDaysLeft, isDamaged }: Shown): NodeCondition {
  const left = graceDaysLeft === null || mode !== 'SemiConnected' ? '' : `; ${graceDaysLeft} days until Disconnected`;
  const message = isDamaged
    ? 'what the site keeps of its hub is damaged: what a hub could own is refused'
    : mode === 'NotActivated'
      ? 'the site has no hub, and needs none'
      : `the plane is ${plane}${left}`;
  return { type: 'SiteConnected', status: STATUSES[mode], reason: isDamaged ? 'Damaged' : mode, message };
}
