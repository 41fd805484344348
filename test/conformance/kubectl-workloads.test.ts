// Running things with kubectl: scaling, rolling out and back, setting, exposing, and taking nodes out of service.
// What is expected is what Kubernetes itself prints and does.
import { after, before, describe, it } from 'node:test';
import { IMAGE, judge, judgedSite, KUBECTLS, kubectlOf, type Step } from './judge.fixture.ts';

const { site, up, down } = judgedSite('kubectl-workloads');

const template = (app: string) => ({
  metadata: { labels: { app } },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'c', image: IMAGE, ports: [{ containerPort: 80 }] }],
  },
});
const workload = (kind: string, name: string, more: object) =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, template: template(name), ...more },
  });

const RUN: readonly Step[] = [
  ['create -f -', { input: workload('Deployment', 'web', { replicas: 1 }), out: 'deployment.apps/web created' }],
  ['rollout status deploy/web --timeout=60s', /deployment "web" successfully rolled out\n$/],
  ['scale deploy/web --replicas=2', 'deployment.apps/web scaled'],
  ['rollout status deploy/web --timeout=60s', /successfully rolled out/],
  ['scale deploy/web --current-replicas=7 --replicas=3', { code: 1, err: 'error: Expected replicas to be 7, was 2' }],
  ['scale deploy/web --current-replicas=2 --replicas=1', 'deployment.apps/web scaled'],
  ['scale deploy/nope --replicas=1', { code: 1, err: /deployments\.apps "nope" not found/ }],
  ['autoscale deploy/web --min=1 --max=3 --cpu-percent=50', /horizontalpodautoscaler.autoscaling\/web autoscaled/],
  ['delete hpa web', /horizontalpodautoscaler.autoscaling "web" deleted/],
  ['expose deploy/web --port=80 --name=front', 'service/front exposed'],
  ["get svc front -o jsonpath='{.spec.selector.app} {.spec.ports[0].targetPort}'", 'web 80'],
];
const ROLLED: readonly Step[] = [
  ['set env deploy/web COLOR=blue', 'deployment.apps/web env updated'],
  ['annotate deploy/web kubernetes.io/change-cause=blue --overwrite', 'deployment.apps/web annotated'],
  ['rollout status deploy/web --timeout=60s', /successfully rolled out/],
  ['set env deploy/web --list', '# Deployment web, container c\nCOLOR=blue'],
  ['rollout history deploy/web', /^deployment.apps\/web ?\nREVISION +CHANGE-CAUSE\n1 +<none>\n2 +blue\n/],
  ['rollout history deploy/web --revision=2', /COLOR:\s+blue/],
  ['rollout history deploy/web --revision=9', { code: 1, err: 'error: unable to find the specified revision' }],
  ['rollout undo deploy/web', 'deployment.apps/web rolled back'],
  ['rollout status deploy/web --timeout=60s', /successfully rolled out/],
  [
    "get deploy web -o jsonpath='{.spec.template.spec.containers[0].env}{.metadata.annotations.deployment\\.kubernetes\\.io/revision}'",
    '3',
  ],
  ['rollout undo deploy/web --to-revision=2', 'deployment.apps/web rolled back'],
  ['rollout status deploy/web --timeout=60s', /successfully rolled out/],
  ['rollout pause deploy/web', 'deployment.apps/web paused'],
  ['rollout pause deploy/web', { code: 1, err: /deployments\.apps "web" is already paused/ }],
  ['rollout restart deploy/web', { code: 1, err: /can't restart paused deployment \(run rollout resume first\)/ }],
  ['rollout undo deploy/web', { code: 1, err: /cannot rollback a paused deployment/ }],
  ['rollout resume deploy/web', 'deployment.apps/web resumed'],
  ['rollout restart deploy/web', 'deployment.apps/web restarted'],
  ['rollout status deploy/web --timeout=60s', /successfully rolled out/],
  [`set image deploy/web c=${IMAGE}`, ''],
  ['set image deploy/web nope=x', { code: 1, err: 'error: unable to find container named "nope"' }],
  [
    'set resources deploy/web --requests=cpu=10m --limits=memory=64Mi',
    'deployment.apps/web resource requirements updated',
  ],
  ['create sa robot', 'serviceaccount/robot created'],
  ['set serviceaccount deploy/web robot', 'deployment.apps/web serviceaccount updated'],
  ['set selector svc/front app=other', 'service/front selector updated'],
  ['rollout status deploy/web --timeout=60s', /successfully rolled out/],
  ["get pods -l app=web -o jsonpath='{.items[*].spec.serviceAccountName}'", /\brobot\b/],
];
const OTHERS: readonly Step[] = [
  ['create -f -', { input: workload('StatefulSet', 'db', { serviceName: 'db', replicas: 2 }) }],
  ['create -f -', { input: workload('DaemonSet', 'each', {}) }],
  ['rollout status sts/db --timeout=60s', /partitioned roll out complete: 2 new pods have been updated/],
  ['rollout status ds/each --timeout=60s', /daemon set "each" successfully rolled out/],
  ['set env sts/db ds/each COLOR=red', /statefulset.apps\/db env updated\ndaemonset.apps\/each env updated/],
  ['rollout status sts/db --timeout=60s', /partitioned roll out complete: 2 new pods have been updated/],
  ['rollout status ds/each --timeout=60s', /daemon set "each" successfully rolled out/],
  ['rollout history sts/db', /REVISION[\s\S]*1[\s\S]*2/],
  ['rollout undo sts/db', 'statefulset.apps/db rolled back'],
  ['rollout undo ds/each', 'daemonset.apps/each rolled back'],
  ['rollout status sts/db --timeout=60s', /partitioned roll out complete: 2 new pods have been updated/],
  ['rollout status ds/each --timeout=60s', /successfully rolled out/],
  ['scale sts/db --replicas=0', 'statefulset.apps/db scaled'],
];
const POD: readonly Step[] = [
  [`run lone --image=${IMAGE} --restart=Never --labels=app=lone --env=A=b --port=80`, 'pod/lone created'],
  ['wait --for=condition=Ready pod/lone --timeout=60s', 'pod/lone condition met'],
  [
    'wait --for=condition=Initialized=false pod/lone --timeout=1s',
    { code: 1, err: /timed out waiting for the condition on pods\/lone/ },
  ],
  ['expose pod lone --port=80', 'service/lone exposed'],
  ['delete pod lone --grace-period=0 --force', /pod "lone" force deleted/],
  ['get pod lone', { code: 1, err: 'Error from server (NotFound): pods "lone" not found' }],
];

const OWNERS: readonly Step[] = [
  ['create -f -', { input: workload('Deployment', 'owner', { replicas: 1 }) }],
  ['rollout status deploy/owner --timeout=60s'],
  ['delete deploy owner --cascade=orphan', /deployment.apps "owner" deleted/],
  ['wait --for=condition=Ready pod -l app=owner --timeout=20s', /condition met/],
  ["get rs -l app=owner -o jsonpath='{.items[*].metadata.ownerReferences}'", ''],
  ['delete rs -l app=owner --cascade=foreground', /replicaset.apps "owner-\S+" deleted/],
  ['get rs,pod -l app=owner', { err: /No resources found/ }],
];

const DRAINED: readonly Step[] = [
  ['create -f -', { input: workload('Deployment', 'kept', { replicas: 2 }) }],
  [
    'create -f -',
    {
      input: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'bare' },
        spec: { ...template('bare').spec, volumes: [{ name: 'e', emptyDir: {} }] },
      }),
    },
  ],
  [
    'create -f -',
    {
      input: JSON.stringify({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'kept' },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'kept' } } },
      }),
    },
  ],
  ['rollout status deploy/kept --timeout=60s'],
  ['wait --for=condition=Ready pod/bare --timeout=60s'],
  [
    "wait --for=jsonpath='{.status.disruptionsAllowed}'=1 pdb/kept --timeout=20s",
    'poddisruptionbudget.policy/kept condition met',
  ],
  ['cordon NODE', 'node/NODE cordoned'],
  ['cordon NODE', /node\/NODE already cordoned/],
  ['get node NODE', /Ready,SchedulingDisabled/],
  ['drain NODE', { code: 1, err: /cannot delete DaemonSet-managed Pods/ }],
  ['drain NODE --ignore-daemonsets', { code: 1, err: /cannot delete .*(declare no controller|local storage)/ }],
  [
    'drain NODE --ignore-daemonsets --delete-emptydir-data --force --timeout=4s',
    { code: 1, err: /Cannot evict pod as it would violate the pod's disruption budget/ },
  ],
  ['get pod bare', { code: 1, err: /not found/ }],
  ['delete pdb kept', /deleted/],
  ['drain NODE --ignore-daemonsets --delete-emptydir-data --force --timeout=60s', /node\/NODE drained\n$/],
  ['get pods -l app=each', /Running/],
  ['get pods -l app=kept', /Pending[\s\S]*Pending/],
  ['uncordon NODE', 'node/NODE uncordoned'],
  ['rollout status deploy/kept --timeout=60s', /successfully rolled out/],
  ['taint node NODE k=v:NoExecute', 'node/NODE tainted'],
  [
    'taint node NODE k=v:NoExecute',
    { code: 1, err: /already has k taint\(s\) with same effect\(s\) and --overwrite is false/ },
  ],
  ['wait --for=delete pod -l app=each --timeout=60s'],
  ['taint node NODE k-', 'node/NODE untainted'],
  ['rollout status ds/each --timeout=60s', /successfully rolled out/],
];

before(up);
after(down);

for (const [age, file] of Object.entries(KUBECTLS))
  describe(`the ${age} kubectl`, () => {
    const client = kubectlOf(site, file);
    const kubectl: typeof client = (command, options) => client(`-n run-${age} ${command}`, options);
    it('runs, scales and exposes', async () => {
      await judge(client, [[`create ns run-${age}`]]);
      await judge(kubectl, RUN);
    });
    it('rolls out and back', () => judge(kubectl, ROLLED));
    it('rolls stateful and daemon sets', () => judge(kubectl, OTHERS));
    it('runs a pod', () => judge(kubectl, POD));
  });

describe('the current kubectl', () => {
  const client = kubectlOf(site);
  const kubectl: typeof client = (command, options) => client(`-n run-current ${command}`, options);
  it('deletes owners in every way', () => judge(kubectl, OWNERS));
  it('takes a node out of service', async () => {
    const node = (await client("get node -l node-role.kubernetes.io/worker -o jsonpath='{.items[0].metadata.name}'"))
      .stdout;
    const named = (text: string) => text.replaceAll('NODE', node);
    const steps = DRAINED.map(([command, answer]): Step => {
      if (answer instanceof RegExp) return [named(command), new RegExp(named(answer.source))];
      return [named(command), typeof answer === 'string' ? named(answer) : answer];
    });
    await judge(client, [['delete ns run-old', 'namespace "run-old" deleted']]);
    await judge(kubectl, steps);
  });
});
