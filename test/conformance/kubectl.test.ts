// Reading a cluster with kubectl, the current one and an old one: every form of output, every description, every question.
// What is expected is what Kubernetes itself prints.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../integration/site.fixture.ts';
import { assertPrinted, IMAGE, judge, judgedSite, KUBECTLS, kubectlOf, type Step } from './judge.fixture.ts';

const { site, up, down } = judgedSite('kubectl');

const OBJECTS = `
apiVersion: v1
kind: Namespace
metadata: {name: read, labels: {team: a}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: one, namespace: read, labels: {tier: front, rank: '1'}}
data: {a: b}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two, namespace: read, labels: {tier: back, rank: '2'}}
data: {a: c, d: e}
---
apiVersion: v1
kind: Secret
metadata: {name: hidden, namespace: read}
stringData: {key: value}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: read, labels: {app: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: c
        image: ${IMAGE}
        ports: [{containerPort: 80, name: http}]
        env: [{name: K, valueFrom: {secretKeyRef: {name: hidden, key: key}}}]
        resources: {requests: {cpu: 10m}, limits: {memory: 32Mi}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: read}
spec:
  replicas: 1
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: c, image: '${IMAGE}', volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: each, namespace: read}
spec:
  selector: {matchLabels: {app: each}}
  template:
    metadata: {labels: {app: each}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: c, image: '${IMAGE}'}]
---
apiVersion: batch/v1
kind: Job
metadata: {name: once, namespace: read}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: c, image: '${IMAGE}', args: ['true']}]}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, namespace: read}
spec:
  schedule: '0 3 * * *'
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: '${IMAGE}', args: ['true']}]}}}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: read}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http, name: http}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: outside, namespace: read}
spec:
  defaultBackend: {service: {name: web, port: {number: 80}}}
  rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: read}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: budget, namespace: read}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: grow, namespace: read}
spec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: read}
rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: bob-reads, namespace: read}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: User, name: bob, apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: {name: lock, namespace: read}
spec: {holderIdentity: me, leaseDurationSeconds: 15}
---
apiVersion: v1
kind: LimitRange
metadata: {name: sizes, namespace: read}
spec: {limits: [{type: Container, defaultRequest: {cpu: 10m}}]}
`;

const GET: readonly Step[] = [
  ['get cm one two -n read', 'NAME DATA AGE\none 1 *\ntwo 2 *'],
  ['get cm -n read -l tier=front --show-labels', 'NAME DATA AGE LABELS\none 1 * rank=1,tier=front'],
  ["get cm -n read -l 'tier in (front,back),rank!=2' -o name", 'configmap/one'],
  ['get cm -n read -L tier -l tier', 'NAME DATA AGE TIER\none 1 * front\ntwo 2 * back'],
  ['get cm -n read -l tier --no-headers', 'one 1 *\ntwo 2 *'],
  ['get cm -n read --field-selector metadata.name=two -o name', 'configmap/two'],
  ['get cm -n read -l tier --sort-by=.metadata.labels.rank -o name', 'configmap/one\nconfigmap/two'],
  ['get cm -n read --chunk-size=1 -l tier -o name', 'configmap/one\nconfigmap/two'],
  ["get cm one -n read -o jsonpath='{.data.a}'", 'b'],
  ["get cm one -n read -o go-template='{{.data.a}}{{.kind}}'", 'bConfigMap'],
  ['get cm -n read -l tier -o custom-columns=N:.metadata.name,A:.data.a', 'N A\none b\ntwo c'],
  ['get cm one -n read -o json', /^\{\n {4}"apiVersion": "v1",\n {4}"data": \{\n {8}"a": "b"/],
  ['get cm one -n read -o yaml', /^apiVersion: v1\ndata:\n {2}a: b\nkind: ConfigMap\n/],
  [
    'get cm -n read -o yaml -l none=none',
    /^apiVersion: v1\nitems: \[\]\nkind: List\nmetadata:\n {2}resourceVersion: ""\n/,
  ],
  ['get ns read', 'NAME STATUS AGE\nread Active *'],
  ['get deploy -n read', 'NAME READY UP-TO-DATE AVAILABLE AGE\nweb 1/1 1 1 *'],
  [
    'get deploy -n read -o wide',
    `NAME READY UP-TO-DATE AVAILABLE AGE CONTAINERS IMAGES SELECTOR\nweb 1/1 1 1 * c ${IMAGE} app=web`,
  ],
  ['get rs -n read', 'NAME DESIRED CURRENT READY AGE\nweb-* 1 1 1 *'],
  ['get sts -n read', 'NAME READY AGE\ndb 1/1 *'],
  ['get ds -n read', 'NAME DESIRED CURRENT READY UP-TO-DATE AVAILABLE NODE SELECTOR AGE\neach 1 1 1 1 1 <none> *'],
  ['get job -n read', 'NAME STATUS COMPLETIONS DURATION AGE\nonce Complete 1/1 * *'],
  [
    'get cj -n read',
    'NAME SCHEDULE TIMEZONE SUSPEND ACTIVE LAST SCHEDULE AGE\nnightly 0 3 * * * <none> False 0 <none> *',
  ],
  ['get svc -n read', 'NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE\nweb ClusterIP 172.28.* <none> 80/TCP *'],
  ['get ing -n read', 'NAME CLASS HOSTS ADDRESS PORTS AGE\noutside <none> a.example 80 *'],
  ['get netpol -n read', 'NAME POD-SELECTOR AGE\nclosed app=web *'],
  [
    'get hpa -n read',
    'NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE\ngrow Deployment/web cpu: <unknown>/50% 1 3 * *',
  ],
  [
    'get pvc -n read',
    /^NAME +STATUS +VOLUME +CAPACITY +ACCESS MODES +STORAGECLASS +VOLUMEATTRIBUTESCLASS +AGE\ndata-db-0 +Bound +pvc-\S+ +1Mi +RWO +ase-node-local +<unset>/,
  ],
  ['get secret hidden -n read', 'NAME TYPE DATA AGE\nhidden Opaque 1 *'],
  ['get sa default -n read', 'NAME SECRETS AGE\ndefault 0 *'],
  ['get role,rolebinding -n read', /role.*reader[\s\S]*\nNAME +ROLE +AGE\nrolebinding\S*bob-reads +Role\/reader/],
  ['get lease -n read', 'NAME HOLDER AGE\nlock me *'],
  ['get no', /^NAME +STATUS +ROLES +AGE +VERSION\n\S+ +Ready +control-plane/],
  [
    'get sc',
    /^NAME +PROVISIONER +RECLAIMPOLICY +VOLUMEBINDINGMODE +ALLOWVOLUMEEXPANSION +AGE\nase-node-local \(default\)/,
  ],
  [
    'get all -n read',
    /pod\/db-0[\s\S]*service\/web[\s\S]*daemonset.apps\/each[\s\S]*deployment.apps\/web[\s\S]*job.batch\/once/,
  ],
  [
    'get pods -A -l app=db -o wide',
    /^NAMESPACE +NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\nread +db-0 +1\/1 +Running +0 /,
  ],
  ['get cm one -n read --raw /version', { code: 1, err: /error: / }],
  ['get --raw /healthz', 'ok'],
  ['get --raw /api/v1/namespaces/read/configmaps/one', /"kind":"ConfigMap"/],
  ['get cm nope -n read', { code: 1, err: 'Error from server (NotFound): configmaps "nope" not found' }],
  ['get cm nope -n read --ignore-not-found', ''],
  ['get pods -n empty', { err: 'No resources found in empty namespace.' }],
  ['get nonsense', { code: 1, err: `error: the server doesn't have a resource type "nonsense"` }],
  [
    'get cm -n read --as=bob',
    {
      code: 1,
      err: 'Error from server (Forbidden): configmaps is forbidden: User "bob" cannot list resource "configmaps" in API group "" in the namespace "read"',
    },
  ],
  ['get pods -n read --as=bob -l app=db -o name', 'pod/db-0'],
  [
    'get cm -n read -l a=b=c',
    { code: 1, err: /unable to parse requirement|found '=', expected: ',' or 'end of string'/ },
  ],
  ['get cm -n read --field-selector data.a=b', { code: 1, err: /field label not supported: data\.a/ }],
];

/** Kind and name, and lines that the description has. */
const DESCRIBED: readonly [string, ...RegExp[]][] = [
  [
    'pod db-0',
    /^Name: +db-0$/m,
    /^Controlled By: +StatefulSet\/db$/m,
    /ClaimName: +data-db-0/,
    /^QoS Class: +BestEffort$/m,
    /Normal +Scheduled/,
    /Normal +Started/,
  ],
  [
    'deploy web',
    /^Replicas: +1 desired \| 1 updated \| 1 total \| 1 available \| 0 unavailable$/m,
    /Available +True +MinimumReplicasAvailable/,
    /Progressing +True +NewReplicaSetAvailable/,
    /ScalingReplicaSet/,
    /set to the key 'key' in secret 'hidden'/,
  ],
  ['rs', /^Controlled By: +Deployment\/web$/m, /^Replicas: +1 current \/ 1 desired$/m, /SuccessfulCreate/],
  ['sts db', /^Replicas: +1 desired \| 1 total$/m, /^Volume Claims:$/m],
  ['ds each', /^Desired Number of Nodes Scheduled: 1$/m, /^Pods Status: +1 Running/m],
  ['job once', /^Completions: +1$/m, /1 Succeeded/, /Normal +Completed/],
  [
    'svc web',
    /^Type: +ClusterIP$/m,
    /^TargetPort: +http\/TCP$/m,
    /^Endpoints: +172\.27\.\d+\.\d+:80$/m,
    /^Session Affinity: +None$/m,
  ],
  ['ep web', /Addresses: +172\.27\./, /http +80 +TCP/],
  ['ing outside', /^Default backend: +web:80 \(172\.27/m, /a\.example/],
  ['pvc data-db-0', /^Status: +Bound$/m, /^Used By: +db-0$/m],
  ['pv', /^Reclaim Policy: +Delete$/m, /^Claim: +read\/data-db-0$/m],
  ['sc ase-node-local', /^IsDefaultClass: +Yes$/m],
  ['ns read', /^Status: +Active$/m],
  ['sa default', /^Name: +default$/m],
  ['secret hidden', /^key: +5 bytes$/m],
  ['cm one', /^a:\n----\nb$/m],
  ['role reader', /pods +\[\] +\[\] +\[get list\]/],
  ['rolebinding bob-reads', /User +bob/, /Kind: +Role/],
  ['hpa grow', /^Reference: +Deployment\/web$/m, /^Max replicas: +3$/m],
  ['netpol closed', /PodSelector: +app=web/],
  ['limits sizes', /Container +cpu +- +- +10m/],
  ['lease lock', /Holder Identity: +me/],
  ['node', /^Roles: +worker$/m, /^ {2}Ready +True/m, /^PodCIDR: +172\.27\./m, /^Allocated resources:$/m, /read +db-0/],
];
/** What the old client describes by versions of the API that are gone. */
const DESCRIBED_NOW: readonly [string, ...RegExp[]][] = [
  ['cronjob nightly', /^Schedule: +0 3 \* \* \*$/m, /^Concurrency Policy: +Allow$/m],
  ['pdb budget', /^Min available: +1$/m, /^Selector: +app=web$/m],
  ['endpointslice', /TargetRef: +Pod\/web-/],
  ['priorityclass system-node-critical', /^Value: +2000001000$/m],
];

const QUESTIONS: readonly Step[] = [
  ['api-versions', /^apps\/v1$[\s\S]*^batch\/v1$[\s\S]*^v1$/m],
  [
    'api-resources --api-group=apps --no-headers -o name',
    'controllerrevisions.apps\ndaemonsets.apps\ndeployments.apps\nreplicasets.apps\nstatefulsets.apps',
  ],
  ['api-resources --namespaced=false', /^nodes +no +v1 +false +Node$/m],
  ['cluster-info', /control plane.* is running at .*https:\/\/\S+:\d+/],
  ['version', /v1\.36\.0\+holdfast/],
  ['explain pod.spec.containers.ports', /FIELDS:\n {2,3}containerPort\t<integer> -required-/],
  ['explain deployment --recursive', /^ +containers\t<\[\]\S+>/m],
  ['explain crd.spec --recursive', /^ +openAPIV3Schema\t<\S+>$/m],
  ['explain pod.nonsense', { code: 1, err: 'error: field "nonsense" does not exist' }],
  ['auth can-i create pods', 'yes'],
  ['auth can-i create pods -n read --as=bob', { code: 1, out: 'no' }],
  ['auth can-i list pods -n read --as=bob', 'yes'],
  ['auth can-i --list -n read --as=bob', /^pods +\[\] +\[\] +\[get list\]$/m],
  ['top node', { code: 1, err: /Metrics API not available/i }],
  ['top pod -n read', { code: 1, err: /Metrics API not available/i }],
  ['config current-context', /\S/],
  ['config view --minify', /DATA\+OMITTED/],
];
const QUESTIONS_NOW: readonly Step[] = [
  ['auth whoami', /^Username +kubernetes-admin$/m],
  ['events -n read --for pod/db-0', /Normal +Scheduled +Pod\/db-0/],
];

before(async () => {
  await up();
  const { code, stderr } = await site.kubectlRan(['apply', '-f', '-'], { input: OBJECTS });
  assert.equal(code, 0, stderr);
  for (const what of ['deployment/web', 'statefulset/db', 'daemonset/each'])
    await site.kubectl('rollout', 'status', what, '-n', 'read', '--timeout=60s');
  await site.kubectl('wait', '--for=condition=complete', 'job/once', '-n', 'read', '--timeout=60s');
});
after(down);

for (const [age, file] of Object.entries(KUBECTLS))
  describe(`the ${age} kubectl`, () => {
    const kubectl = kubectlOf(site, file);
    const now = age === 'current';

    it('gets', () => judge(kubectl, GET));

    it('describes', async () => {
      for (const [what, ...lines] of [...DESCRIBED, ...(now ? DESCRIBED_NOW : [])]) {
        const { code, stdout, stderr } = await kubectl(`describe -n read ${what}`);
        assert.equal(code, 0, `${what}: ${stderr}`);
        for (const line of lines) assertPrinted(stdout, line, what);
      }
    });

    it('answers questions', () => judge(kubectl, [...QUESTIONS, ...(now ? QUESTIONS_NOW : [])]));

    it('watches', async () => {
      const name = `watched-${age}`;
      const args = [`--kubeconfig=${site.kubeconfig}`, 'get', 'cm', '-n', 'read', '-w', '-o', 'name', '--watch-only'];
      const watching = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let seen = '';
      watching.stdout.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
      });
      try {
        let changes = 0;
        await eventually('the change is seen', async () => {
          await judge(kubectl, [[`create cm ${name}-${++changes} -n read`]]);
          return seen.includes(`configmap/${name}-`);
        });
      } finally {
        watching.kill();
      }
    });
  });
