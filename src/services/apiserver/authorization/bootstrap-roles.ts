// The cluster roles for people, nodes and components that every cluster starts with.
// Source: Kubernetes documentation, "Using RBAC Authorization", default roles and role bindings.

/** Name to rules, in the form of `ruleOfText`. */
export type RoleTexts = Readonly<Record<string, readonly string[]>>;

const EVENTS = 'create,patch,update core|events.k8s.io:events';
const APPS_WRITE =
  'write apps:daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale';
const APPS_READ =
  'read apps:controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status';

/** Roles that are made of others: every cluster role with the label `rbac.authorization.k8s.io/aggregate-to-<name>`. */
export const AGGREGATED_ROLES = ['view', 'edit', 'admin'] as const;

/** The parts of the aggregated roles, and for each the roles that it is part of. */
export const AGGREGATE_PARTS: Readonly<Record<string, { readonly into: readonly string[] }>> = {
  'system:aggregate-to-admin': { into: ['admin'] },
  'system:aggregate-to-edit': { into: ['edit'] },
  'system:aggregate-to-view': { into: ['view'] },
};

const PEOPLE: RoleTexts = {
  'cluster-admin': ['* *:*', '* /**'],
  'system:aggregate-to-admin': [
    'create authorization.k8s.io:localsubjectaccessreviews',
    'read,write rbac.authorization.k8s.io:rolebindings,roles',
  ],
  'system:aggregate-to-edit': [
    'read pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy',
    'impersonate serviceaccounts',
    'write pods,pods/attach,pods/exec,pods/portforward,pods/proxy',
    'create pods/eviction',
    'write configmaps,events,persistentvolumeclaims,replicationcontrollers,replicationcontrollers/scale,secrets,serviceaccounts,services,services/proxy',
    'create serviceaccounts/token',
    APPS_WRITE,
    'write autoscaling:horizontalpodautoscalers',
    'write batch:cronjobs,jobs',
    'write policy:poddisruptionbudgets',
    'write networking.k8s.io:ingresses,networkpolicies',
    'read,write coordination.k8s.io:leases',
    'write resource.k8s.io:resourceclaims,resourceclaimtemplates',
  ],
  'system:aggregate-to-view': [
    'read configmaps,endpoints,persistentvolumeclaims,persistentvolumeclaims/status,pods,replicationcontrollers,replicationcontrollers/scale,replicationcontrollers/status,serviceaccounts,services,services/status',
    'read bindings,events,limitranges,namespaces/status,pods/log,pods/status,resourcequotas,resourcequotas/status',
    'read namespaces',
    'read discovery.k8s.io:endpointslices',
    APPS_READ,
    'read autoscaling:horizontalpodautoscalers,horizontalpodautoscalers/status',
    'read batch:cronjobs,cronjobs/status,jobs,jobs/status',
    'read policy:poddisruptionbudgets,poddisruptionbudgets/status',
    'read networking.k8s.io:ingresses,ingresses/status,networkpolicies',
    'read resource.k8s.io:resourceclaims,resourceclaims/status,resourceclaimtemplates',
  ],
  'system:discovery': ['get /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/'],
  'system:public-info-viewer': ['get /healthz,/livez,/readyz,/version,/version/'],
  'system:monitoring': ['get /healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*'],
  'system:basic-user': [
    'create authorization.k8s.io:selfsubjectaccessreviews,selfsubjectrulesreviews',
    'create authentication.k8s.io:selfsubjectreviews',
  ],
  'system:service-account-issuer-discovery': [
    'get /.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/',
  ],
};

const COMPONENTS: RoleTexts = {
  'system:auth-delegator': [
    'create authentication.k8s.io:tokenreviews',
    'create authorization.k8s.io:subjectaccessreviews',
  ],
  'system:kube-aggregator': ['read services,endpoints'],
  'system:kube-dns': ['list,watch services,endpoints', 'list,watch discovery.k8s.io:endpointslices'],
  'system:kubelet-api-admin': [
    'read nodes',
    'proxy nodes',
    '* nodes/configz,nodes/healthz,nodes/log,nodes/metrics,nodes/pods,nodes/proxy,nodes/stats',
  ],
  'system:node-bootstrapper': ['create,read certificates.k8s.io:certificatesigningrequests'],
  'system:node-problem-detector': ['get nodes', 'patch nodes/status', EVENTS],
  'system:node-proxier': [
    'list,watch services,endpoints',
    'read nodes',
    EVENTS,
    'list,watch discovery.k8s.io:endpointslices',
    'list,watch networking.k8s.io:servicecidrs',
  ],
  'system:persistent-volume-provisioner': [
    'create,delete,read persistentvolumes',
    'read,update persistentvolumeclaims',
    'read storage.k8s.io:storageclasses',
    EVENTS,
  ],
  'system:volume-scheduler': [
    'read,patch,update persistentvolumes',
    'read storage.k8s.io:storageclasses',
    'read,patch,update persistentvolumeclaims',
  ],
  'system:kube-scheduler': [
    EVENTS,
    'create coordination.k8s.io:leases',
    'get,list,update,watch coordination.k8s.io:leases =kube-scheduler',
    'read nodes,namespaces',
    'delete,read pods',
    'create bindings,pods/binding',
    'patch,update pods/status',
    'read replicationcontrollers,services',
    'read apps:replicasets,statefulsets',
    'read policy:poddisruptionbudgets',
    'read persistentvolumeclaims,persistentvolumes',
    'create authentication.k8s.io:tokenreviews',
    'create authorization.k8s.io:subjectaccessreviews',
    'read storage.k8s.io:csinodes,csidrivers,csistoragecapacities,volumeattachments',
    'read resource.k8s.io:deviceclasses,resourceclaims,resourceslices',
    'patch,update resource.k8s.io:resourceclaims,resourceclaims/status',
  ],
  'system:kube-controller-manager': [
    EVENTS,
    'create coordination.k8s.io:leases',
    'get,list,update,watch coordination.k8s.io:leases =kube-controller-manager',
    'create secrets,serviceaccounts',
    'delete secrets',
    'get namespaces,secrets,serviceaccounts,configmaps',
    'update secrets,serviceaccounts',
    'create authentication.k8s.io:tokenreviews',
    'create authorization.k8s.io:subjectaccessreviews',
    'list,watch *:*',
    'create serviceaccounts/token',
  ],
  'system:certificates.k8s.io:certificatesigningrequests:nodeclient': [
    'create certificates.k8s.io:certificatesigningrequests/nodeclient',
  ],
  'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient': [
    'create certificates.k8s.io:certificatesigningrequests/selfnodeclient',
  ],
  'system:certificates.k8s.io:kube-apiserver-client-approver': [
    'approve certificates.k8s.io:signers =kubernetes.io/kube-apiserver-client',
  ],
  'system:certificates.k8s.io:kube-apiserver-client-kubelet-approver': [
    'approve certificates.k8s.io:signers =kubernetes.io/kube-apiserver-client-kubelet',
  ],
  'system:certificates.k8s.io:kubelet-serving-approver': [
    'approve certificates.k8s.io:signers =kubernetes.io/kubelet-serving',
  ],
  'system:certificates.k8s.io:legacy-unknown-approver': [
    'approve certificates.k8s.io:signers =kubernetes.io/legacy-unknown',
  ],
  // Service proxy, DNS and pod network run beside the node agent, under the node's own identity.
  'holdfast:node-services': [
    'list,watch services,endpoints,nodes,namespaces,pods',
    'list,watch discovery.k8s.io:endpointslices',
    'list,watch networking.k8s.io:servicecidrs,networkpolicies',
  ],
};

export const CLUSTER_ROLES: RoleTexts = { ...PEOPLE, ...COMPONENTS };

/** Cluster role to whom it is given everywhere: `g:` group, `u:` user, `s:` service account of kube-system. */
export const CLUSTER_ROLE_BINDINGS: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['g:system:masters'],
  'system:monitoring': ['g:system:monitoring'],
  'system:discovery': ['g:system:authenticated'],
  'system:basic-user': ['g:system:authenticated'],
  'system:public-info-viewer': ['g:system:authenticated', 'g:system:unauthenticated'],
  'system:service-account-issuer-discovery': ['g:system:serviceaccounts'],
  'system:node': [],
  'system:node-proxier': ['u:system:kube-proxy'],
  'system:kube-controller-manager': ['u:system:kube-controller-manager'],
  'system:kube-scheduler': ['u:system:kube-scheduler'],
  'system:volume-scheduler': ['u:system:kube-scheduler'],
  'system:kube-dns': ['s:kube-dns'],
  'holdfast:node-services': ['g:system:nodes'],
};

interface NamespacedRole {
  readonly namespace: string;
  readonly name: string;
  readonly rules: readonly string[];
  readonly subjects: readonly string[];
}

const leaderLock = (component: string): NamespacedRole => ({
  namespace: 'kube-system',
  name: `system::leader-locking-${component}`,
  rules: [
    'watch configmaps',
    `get,update configmaps =${component}`,
    `get,list,watch,create,update coordination.k8s.io:leases`,
  ],
  subjects: [`u:system:${component}`, `s:${component}`],
});

/** Roles in the namespaces of the system, each with the binding that gives it. */
export const NAMESPACED_ROLES: readonly NamespacedRole[] = [
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    rules: ['read configmaps =extension-apiserver-authentication'],
    subjects: ['u:system:kube-controller-manager', 'u:system:kube-scheduler'],
  },
  leaderLock('kube-controller-manager'),
  leaderLock('kube-scheduler'),
  {
    namespace: 'kube-system',
    name: 'system:controller:bootstrap-signer',
    rules: ['read secrets'],
    subjects: ['s:bootstrap-signer'],
  },
  {
    namespace: 'kube-system',
    name: 'system:controller:token-cleaner',
    rules: ['read,delete secrets', EVENTS],
    subjects: ['s:token-cleaner'],
  },
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: ['read configmaps', 'update configmaps =cluster-info', EVENTS],
    subjects: ['s:bootstrap-signer'],
  },
];
