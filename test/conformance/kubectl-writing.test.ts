// Writing objects with kubectl: creating by every generator, applying, patching, editing, replacing, comparing, waiting,
// deleting. What is expected is what Kubernetes itself prints.
import 'reflect-metadata';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { IMAGE, judge, judgedSite, KUBECTLS, kubectlOf, type Step } from './judge.fixture.ts';

const { site, up, down } = judgedSite('kubectl-writing');

const configMap = (name: string, data: object, labels?: object) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data });
const APPLIED = 'configmap/a';

/** A request for a certificate of this name, as a CertificateSigningRequest carries it. */
async function csrOf(name: string): Promise<string> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const made = await Pkcs10CertificateRequestGenerator.create({ name: `CN=${name}`, keys, signingAlgorithm });
  return Buffer.from(made.toString('pem')).toString('base64');
}

const CREATED: readonly Step[] = [
  ['create cm made --from-literal=a=b', 'configmap/made created'],
  ['create cm made', { code: 1, err: /configmaps "made" already exists/ }],
  ['create secret generic hidden --from-literal=a=b', 'secret/hidden created'],
  ["get secret hidden -o jsonpath='{.data.a}{.type}'", 'Yg==Opaque'],
  [
    'create secret docker-registry pull --docker-server=r --docker-username=u --docker-password=p',
    'secret/pull created',
  ],
  ["get secret pull -o jsonpath='{.type}'", 'kubernetes.io/dockerconfigjson'],
  ['create sa robot', 'serviceaccount/robot created'],
  ['create role reader --verb=get,list --resource=pods', 'role.rbac.authorization.k8s.io/reader created'],
  [
    'create rolebinding robot-reads --role=reader --serviceaccount=NS:robot',
    'rolebinding.rbac.authorization.k8s.io/robot-reads created',
  ],
  ['auth can-i list pods --as=system:serviceaccount:NS:robot', 'yes'],
  ['create clusterrole CR --verb=get --resource=nodes', 'clusterrole.rbac.authorization.k8s.io/CR created'],
  [
    'create clusterrolebinding CR --clusterrole=CR --user=eve',
    'clusterrolebinding.rbac.authorization.k8s.io/CR created',
  ],
  ['auth can-i get nodes --as=eve', { out: 'yes' }],
  [`create deploy web --image=${IMAGE} --replicas=0`, 'deployment.apps/web created'],
  ['create svc clusterip plain --tcp=80:8080', 'service/plain created'],
  ['create svc nodeport outside --tcp=80', 'service/outside created'],
  ['create svc loadbalancer far --tcp=80', 'service/far created'],
  ['create svc externalname elsewhere --external-name=example.org', 'service/elsewhere created'],
  [
    "get svc plain outside elsewhere -o jsonpath='{range .items[*]}{.spec.type} {end}'",
    'ClusterIP NodePort ExternalName',
  ],
  ['create ingress in --rule=a.example/*=plain:80', 'ingress.networking.k8s.io/in created'],
  [`create job once --image=${IMAGE} -- true`, 'job.batch/once created'],
  ['create pdb budget --selector=app=web --min-available=1', 'poddisruptionbudget.policy/budget created'],
  ['create quota limit --hard=pods=10,services=9', 'resourcequota/limit created'],
  ['create priorityclass PC --value=5', 'priorityclass.scheduling.k8s.io/PC created'],
  ['create ns NS-more', 'namespace/NS-more created'],
  ['create nonsense x', { code: 1, err: /./ }],
  [
    'create -f -',
    { input: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"g-"}}', out: 'configmap/g-* created' },
  ],
  [
    'create -f -',
    {
      input: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"Not Fine"}}',
      code: 1,
      err: /The ConfigMap "Not Fine" is invalid: metadata\.name: Invalid value: "Not Fine": .*RFC 1123/,
    },
  ],
  [
    'create -f -',
    {
      input: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"dada":{}}',
      code: 1,
      err: /unknown field/,
    },
  ],
  [
    'create -f -',
    {
      input: '{"apiVersion":"v9","kind":"Nonsense","metadata":{"name":"x"}}',
      code: 1,
      err: /no matches for kind "Nonsense" in version "v9"/,
    },
  ],
  ['create cm dry --dry-run=client -o name', 'configmap/dry'],
  ['create cm dry --dry-run=server', 'configmap/dry created (server dry run)'],
  ['get cm dry', { code: 1, err: 'Error from server (NotFound): configmaps "dry" not found' }],
];
/** What the old client makes in versions of the API that are gone. */
const CREATED_NOW: readonly Step[] = [
  [`create cronjob nightly --image=${IMAGE} '--schedule=0 3 * * *' -- true`, 'cronjob.batch/nightly created'],
  ['create job now --from=cronjob/nightly', 'job.batch/now created'],
  ['create token robot --duration=20m', /^eyJ[\w-]+\.[\w-]+\.[\w-]+\n?$/],
];
const NEW_ONLY = new Set(['create ingress', 'create pdb', 'create deploy']);

const CHANGED: readonly Step[] = [
  ['apply -f -', { input: configMap('a', { x: '1', y: '1' }), out: `${APPLIED} created` }],
  ['apply -f -', { input: configMap('a', { x: '1', y: '1' }), out: `${APPLIED} unchanged` }],
  ['diff -f -', { input: configMap('a', { x: '2' }), code: 1, out: /^- {2}x: "1"$[\s\S]*^\+ {2}x: "2"$/m }],
  ['diff -f -', { input: configMap('a', { x: '1', y: '1' }), code: 0, out: '' }],
  ['apply -f - --dry-run=server', { input: configMap('a', { x: '3' }), out: `${APPLIED} configured (server dry run)` }],
  ['apply -f - --dry-run=client', { input: configMap('a', { x: '3' }), out: `${APPLIED} configured (dry run)` }],
  ['apply -f -', { input: configMap('a', { x: '2' }), out: `${APPLIED} configured` }],
  ["get cm a -o jsonpath='{.data}'", '{"x":"2"}'],
  ['label cm a k=v', /configmap\/a labeled/],
  ['label cm a k=w', { code: 1, err: /'k' already has a value \(v\), and --overwrite is false/ }],
  ['label cm a k=w --overwrite', /configmap\/a labeled/],
  ['label cm a k-', /configmap\/a (un)?labeled/],
  ['label cm a -bad-=v', { code: 1, err: /./ }],
  ['annotate cm a note=1', /configmap\/a annotated/],
  ['annotate cm a note-', /configmap\/a annotated/],
  [`patch cm a -p '{"data":{"p":"1"}}'`, 'configmap/a patched'],
  [`patch cm a -p '{"data":{"p":"1"}}'`, 'configmap/a patched (no change)'],
  [`patch cm a --type=merge -p '{"data":{"p":null,"q":"1"}}'`, 'configmap/a patched'],
  [
    `patch cm a --type=json -p '[{"op":"test","path":"/data/q","value":"1"},{"op":"remove","path":"/data/q"}]'`,
    'configmap/a patched',
  ],
  [`patch cm a --type=json -p '[{"op":"remove","path":"/data/q"}]'`, { code: 1, err: /^The request is invalid/ }],
  [`patch cm nope -p '{}'`, { code: 1, err: 'Error from server (NotFound): configmaps "nope" not found' }],
  ["get cm a -o jsonpath='{.data}'", '{"x":"2"}'],
  ['edit cm a', { env: { KUBE_EDITOR: `sed -i 's/x: "2"/x: "5"/'` }, out: 'configmap/a edited' }],
  ['edit cm a', { env: { KUBE_EDITOR: 'true' }, err: /^Edit cancelled, no changes made\.$/m }],
  ["get cm a -o jsonpath='{.data.x}'", '5'],
  ['replace -f -', { input: configMap('a', { r: '1' }), out: 'configmap/a replaced' }],
  [
    'replace -f -',
    {
      input: configMap('nope', {}),
      code: 1,
      err: /Error from server \(NotFound\): error when replacing "STDIN": configmaps "nope" not found/,
    },
  ],
  ['replace --force -f -', { input: configMap('a', { r: '2' }), out: 'configmap "a" deleted\nconfigmap/a replaced' }],
  ['apply --server-side -f -', { input: configMap('s', { x: '1' }), out: 'configmap/s serverside-applied' }],
  [
    'apply --server-side --field-manager=other -f -',
    {
      input: configMap('s', { x: '2' }),
      code: 1,
      err: /Apply failed with 1 conflict: conflict with "kubectl".*: \.data\.x/,
    },
  ],
  [
    'apply --server-side --field-manager=other --force-conflicts -f -',
    { input: configMap('s', { x: '2' }), out: 'configmap/s serverside-applied' },
  ],
  ["get cm s -o jsonpath='{.data.x} {.metadata.managedFields[*].manager}'", /^2 .*other/],
];
const CHANGED_NOW: readonly Step[] = [
  ['apply -f - --prune -l set=one', { input: configMap('p1', {}, { set: 'one' }), out: /configmap\/p1 created/ }],
  [
    'apply -f - --prune -l set=one',
    { input: configMap('p2', {}, { set: 'one' }), out: /configmap\/p2 created\nconfigmap\/p1 pruned/ },
  ],
  ['get cm s -o yaml', /^metadata:\n {2}creationTimestamp: \S+\n {2}name: s$/m],
  ["get cm s --show-managed-fields -o jsonpath='{.metadata.managedFields[*].operation}'", /Apply/],
  [
    `patch deploy web --subresource=scale --type=merge -p '{"spec":{"replicas":0}}'`,
    /scale.autoscaling\/web patched|deployment.apps\/web patched/,
  ],
  ['get deploy web --subresource=scale', /^NAME +DESIRED +AVAILABLE +AGE\nweb +0 +0/],
];

const DELETED: readonly Step[] = [
  ['create cm d1', /created/],
  ['create cm d2', /created/],
  ['label cm d1 d2 gone=soon', /labeled/],
  ['delete cm -l gone=soon', /^configmap "d1" deleted\S*.*\nconfigmap "d2" deleted/],
  ['delete cm -l gone=soon', { out: 'No resources found' }],
  ['delete cm d1', { code: 1, err: 'Error from server (NotFound): configmaps "d1" not found' }],
  ['delete cm d1 --ignore-not-found', ''],
  ['create cm held', /created/],
  [`patch cm held --type=merge -p '{"metadata":{"finalizers":["example.org/hold"]}}'`, 'configmap/held patched'],
  ['delete cm held --wait=false', /^configmap "held" deleted/],
  ["get cm held -o jsonpath='{.metadata.finalizers[0]} {.metadata.deletionGracePeriodSeconds}'", 'example.org/hold 0'],
  [
    'wait --for=delete cm/held --timeout=1s',
    { code: 1, err: /timed out waiting for the condition on configmaps\/held/ },
  ],
  [`patch cm held --type=merge -p '{"metadata":{"finalizers":null}}'`, 'configmap/held patched'],
  ['get cm held', { code: 1, err: /not found/ }],
  ['delete secret --all', /secret "hidden" deleted/],
  ['delete ns NS-more', 'namespace "NS-more" deleted'],
  ['delete clusterrole,clusterrolebinding CR', /clusterrole\S* "cr-\w+" deleted/],
];
const DELETED_NOW: readonly Step[] = [
  ['wait --for=delete cm/held --timeout=20s', ''],
  ['wait --for=create cm/kube-root-ca.crt --timeout=20s', 'configmap/kube-root-ca.crt condition met'],
  ["wait --for=jsonpath='{.status.phase}'=Active ns/NS --timeout=20s", 'namespace/NS condition met'],
];

before(up);
after(down);

for (const [age, file] of Object.entries(KUBECTLS))
  describe(`the ${age} kubectl`, () => {
    const now = age === 'current';
    const ns = `write-${age}`;
    const client = kubectlOf(site, file);
    const kubectl: typeof client = (command, options) => client(`-n ${ns} ${command}`, options);
    const own = (steps: readonly Step[]): Step[] =>
      JSON.parse('[]').concat(
        steps
          .filter(([command]) => now || !NEW_ONLY.has(command.split(' ').slice(0, 2).join(' ')))
          .map(([command, answer]) => [renamed(command), typeof answer === 'string' ? renamed(answer) : answer]),
      );
    const renamed = (text: string) =>
      text.replaceAll(/\bNS\b/g, ns).replaceAll(/\b(CR|PC)\b/g, (kind) => `${kind.toLowerCase()}-${age}`);

    it('creates', async () => {
      await judge(client, [[`create ns ${ns}`, `namespace/${ns} created`]]);
      await judge(kubectl, own([...CREATED, ...(now ? CREATED_NOW : [])]));
    });
    it('changes', () => judge(kubectl, own([...CHANGED, ...(now ? CHANGED_NOW : [])])));
    it('deletes and waits', () => judge(kubectl, own([...DELETED, ...(now ? DELETED_NOW : [])])));

    it('applies a kustomization', async () => {
      const folder = path.join(path.dirname(site.data), `kustomize-${age}`);
      fs.mkdirSync(folder);
      fs.writeFileSync(path.join(folder, 'cm.json'), configMap('built', { a: 'b' }));
      fs.writeFileSync(path.join(folder, 'kustomization.yaml'), 'namePrefix: over-\nresources: [cm.json]\n');
      await judge(kubectl, [
        [`apply -k ${folder}`, 'configmap/over-built created'],
        [`delete -k ${folder}`, /^configmap "over-built" deleted/],
      ]);
    });
  });

describe('requests for certificates', () => {
  it('are approved and denied', async () => {
    const request = await csrOf('carol');
    const asked = (name: string) =>
      JSON.stringify({
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name },
        spec: { request, signerName: 'example.org/people', usages: ['client auth'], expirationSeconds: 3600 },
      });
    await judge(kubectlOf(site), [
      ['create -f -', { input: asked('yes'), out: 'certificatesigningrequest.certificates.k8s.io/yes created' }],
      ['create -f -', { input: asked('no'), out: /no created/ }],
      [
        'get csr yes',
        'NAME AGE SIGNERNAME REQUESTOR REQUESTEDDURATION CONDITION\nyes * example.org/people kubernetes-admin 60m Pending',
      ],
      ['certificate approve yes', 'certificatesigningrequest.certificates.k8s.io/yes approved'],
      ['certificate deny no', 'certificatesigningrequest.certificates.k8s.io/no denied'],
      ['certificate approve no', { code: 1, err: /./ }],
      ['get csr yes no --no-headers', /Approved[\s\S]*Denied/],
      ['describe csr yes', /^Common Name: +carol$|Common Name: +carol/m],
      [
        'certificate approve nope',
        { code: 1, err: /certificatesigningrequests\.certificates\.k8s\.io "nope" not found/ },
      ],
      ['delete csr yes no', /"no" deleted/],
    ]);
  });
});
