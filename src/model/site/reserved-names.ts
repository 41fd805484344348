// Names that people of a site and their namespaces may not have. Source: Azure Stack Edge, Kubernetes RBAC.

/** The system's own namespaces, and those of deployment types: no person is given rights there. */
export const RESERVED_NAMESPACES = [
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'default',
  'metallb-system',
  'dbe-namespace',
  'kubernetes-dashboard',
  'iotedge',
  'azure-arc',
] as const;

/** `aseuser` is the read-only user of Azure Stack Edge, which a site does not have; the others are names in certificates of ours. */
const RESERVED_USERS: readonly string[] = ['aseuser', 'kubernetes-admin', 'kube-apiserver'];
/** Whoever comes through a hub, and what Kubernetes keeps for itself. */
const RESERVED_PREFIXES = ['hub:', 'system:', 'holdfast:'] as const;
/** A user's name is the value of a label too. */
const USER_NAME_LENGTH_MAX = 63;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with the name of a person; undefined when nothing. */
export function userNameProblem(name: string): string | undefined {
  const prefix = RESERVED_PREFIXES.find((reserved) => name.startsWith(reserved));
  if (prefix) return `names that begin with "${prefix}" are reserved`;
  if (RESERVED_USERS.includes(name)) return 'is a reserved name';
  if (name.length > USER_NAME_LENGTH_MAX) return `is longer than ${USER_NAME_LENGTH_MAX} characters`;
  return SUBDOMAIN.test(name) ? undefined : 'must be lower-case letters, digits, "-" and ".", as in a DNS name';
}

/** What is wrong with giving a person rights in a namespace of this name; undefined when nothing. */
export function grantNamespaceProblem(namespace: string): string | undefined {
  if ((RESERVED_NAMESPACES as readonly string[]).includes(namespace)) return "is one of the system's own namespaces";
  return namespace.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(namespace)
    ? undefined
    : 'cannot be the name of a namespace';
}
