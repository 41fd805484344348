// What validation lets through and what it refuses, on whole objects as the API server sees them.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { applyDefaults } from '../defaults/apply.ts';
import { type KubeObject, resourceFacts } from '../facts.ts';
import { prepareForCreate } from '../strategy/prepare.ts';
import { checkStructure } from '../structure/check.ts';
import { scheduleProblem } from './batch/schedule.ts';
import { fieldErrorText } from './finding.ts';
import { invalidStatus } from './status.ts';
import { validateCreate, validateStatusUpdate, validateUpdate } from './validate.ts';

function factsOf(group: string, resource: string) {
  const facts = resourceFacts.find((f) => f.group === group && f.resource === resource);
  if (!facts) throw new Error(resource);
  return facts;
}

/** An object as the server has it before it validates: structure checked, defaulted, prepared. */
function prepared(group: string, resource: string, object: object): KubeObject {
  const facts = factsOf(group, resource);
  const own = structuredClone(object) as KubeObject;
  own.metadata = { name: 'a', uid: 'u', ...(facts.namespaced ? { namespace: 'n' } : {}), ...own.metadata };
  deepEqual(checkStructure(facts, own, { fieldValidation: 'Strict' }), {
    ...checkStructure(facts, {}, { fieldValidation: 'Strict' }),
  });
  applyDefaults(facts, own);
  prepareForCreate(facts, own);
  return own;
}

const problems = (group: string, resource: string, object: object) =>
  validateCreate(factsOf(group, resource), prepared(group, resource, object)).map(fieldErrorText);

const container = { name: 'c', image: 'busybox' };
const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [container] } };
const selector = { matchLabels: { app: 'a' } };

test('plain objects of every kind with rules are valid', () => {
  const objects: [string, string, object][] = [
    ['', 'pods', { spec: { containers: [container] } }],
    ['', 'services', { spec: { ports: [{ port: 80 }], selector: { app: 'a' } } }],
    ['', 'configmaps', { data: { 'a.txt': 'x' } }],
    ['', 'secrets', { data: { a: 'eA==' } }],
    ['', 'namespaces', {}],
    ['', 'nodes', { status: { capacity: { cpu: '2' } } }],
    [
      '',
      'persistentvolumeclaims',
      { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    ],
    [
      '',
      'persistentvolumes',
      { spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/x' } } },
    ],
    ['', 'replicationcontrollers', { spec: { template } }],
    ['apps', 'deployments', { spec: { selector, template } }],
    ['apps', 'replicasets', { spec: { selector, template } }],
    ['apps', 'daemonsets', { spec: { selector, template } }],
    ['apps', 'statefulsets', { spec: { selector, template, serviceName: 's' } }],
    ['batch', 'jobs', { spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } } }],
    [
      'batch',
      'cronjobs',
      {
        spec: {
          schedule: '*/5 * * * *',
          jobTemplate: { spec: { template: { spec: { containers: [container], restartPolicy: 'OnFailure' } } } },
        },
      },
    ],
    [
      'networking.k8s.io',
      'networkpolicies',
      { spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] } },
    ],
    [
      'networking.k8s.io',
      'ingresses',
      {
        spec: {
          rules: [
            {
              http: {
                paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } } }],
              },
            },
          ],
        },
      },
    ],
    ['policy', 'poddisruptionbudgets', { spec: { minAvailable: 1, selector } }],
    [
      'autoscaling',
      'horizontalpodautoscalers',
      { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'd' } } },
    ],
    [
      'rbac.authorization.k8s.io',
      'rolebindings',
      { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] },
    ],
    ['storage.k8s.io', 'storageclasses', { provisioner: 'x.io/y' }],
    ['coordination.k8s.io', 'leases', { spec: { leaseDurationSeconds: 5 } }],
    [
      'discovery.k8s.io',
      'endpointslices',
      { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ port: 80 }] },
    ],
    ['scheduling.k8s.io', 'priorityclasses', { value: 10 }],
  ];
  for (const [group, resource, object] of objects) deepEqual(problems(group, resource, object), [], resource);
});

test('what is wrong is named by its field', () => {
  const cases: [string, string, object, RegExp][] = [
    ['', 'pods', { spec: { containers: [] } }, /^spec\.containers: Required value$/],
    [
      '',
      'pods',
      { metadata: { name: 'A' }, spec: { containers: [container] } },
      /^metadata\.name: Invalid value: "A": a lowercase RFC 1123 subdomain/,
    ],
    [
      '',
      'pods',
      { spec: { containers: [container, container] } },
      /^spec\.containers\[1\]\.name: Duplicate value: "c"$/,
    ],
    [
      '',
      'pods',
      { spec: { containers: [{ ...container, volumeMounts: [{ name: 'v', mountPath: '/x' }] }] } },
      /^spec\.containers\[0\]\.volumeMounts\[0\]\.name: Not found: "v"$/,
    ],
    [
      '',
      'pods',
      { spec: { containers: [{ ...container, resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }] } },
      /^spec\.containers\[0\]\.resources\.requests: Invalid value: "2": must be less than or equal to cpu limit of 1$/,
    ],
    [
      '',
      'pods',
      { spec: { containers: [{ ...container, livenessProbe: {} }] } },
      /^spec\.containers\[0\]\.livenessProbe: Required value: must specify a handler type$/,
    ],
    [
      '',
      'pods',
      { spec: { containers: [{ ...container, imagePullPolicy: 'X' }] } },
      /Unsupported value: "X": supported values: "Always", "IfNotPresent", "Never"$/,
    ],
    [
      '',
      'pods',
      { spec: { containers: [container], volumes: [{ name: 'v', emptyDir: {}, secret: { secretName: 's' } }] } },
      /may not specify more than 1 volume type/,
    ],
    [
      '',
      'pods',
      { metadata: { labels: { a: '-' } }, spec: { containers: [container] } },
      /^metadata\.labels: Invalid value: "-": a valid label must/,
    ],
    ['', 'services', { metadata: { name: '1a' }, spec: { ports: [{ port: 80 }] } }, /a DNS-1035 label must/],
    ['', 'services', { spec: {} }, /^spec\.ports: Required value$/],
    ['', 'configmaps', { data: { 'a/b': '' } }, /^data\[a\/b\]: Invalid value: "a\/b": a valid config key/],
    ['', 'secrets', { type: 'kubernetes.io/tls' }, /^data\[tls\.crt\]: Required value$/],
    [
      'apps',
      'deployments',
      { spec: { selector: { matchLabels: { app: 'b' } }, template } },
      /`selector` does not match template `labels`$/,
    ],
    [
      'batch',
      'jobs',
      { spec: { template: { spec: { containers: [container] } } } },
      /^spec\.template\.spec\.restartPolicy: Required value: valid values: "OnFailure", "Never"$/,
    ],
    [
      'batch',
      'cronjobs',
      { spec: { schedule: 'x', jobTemplate: { spec: { template } } } },
      /^spec\.schedule: Invalid value: "x": expected exactly 5 fields/,
    ],
    ['rbac.authorization.k8s.io', 'roles', { rules: [{ verbs: [] }] }, /^rules\[0\]\.verbs: Required value/],
    ['', 'namespaces', { metadata: { name: 'a.b' } }, /a lowercase RFC 1123 label must/],
  ];
  for (const [group, resource, object, pattern] of cases) {
    const found = problems(group, resource, object);
    equal(
      found.some((text) => pattern.test(text)),
      true,
      `${pattern} in ${JSON.stringify(found)}`,
    );
  }
});

test('of a pod only images, deadlines and tolerations change', () => {
  const pods = factsOf('', 'pods');
  const pod = (spec: object) => prepared('', 'pods', { spec: { containers: [container], ...spec } });
  deepEqual(
    validateUpdate(pods, pod({ containers: [{ ...container, image: 'other:1', imagePullPolicy: 'Always' }] }), pod({})),
    [],
  );
  deepEqual(validateUpdate(pods, pod({ tolerations: [{ key: 'a', operator: 'Exists' }] }), pod({})), []);
  const [refused] = validateUpdate(pods, pod({ restartPolicy: 'Never' }), pod({}));
  equal(refused?.type, 'FieldValueForbidden');
  equal(refused?.field, 'spec');
  const gated = pod({ schedulingGates: [{ name: 'g' }] });
  deepEqual(validateUpdate(pods, pod({ nodeSelector: { a: 'b' } }), gated), []);
  deepEqual(validateStatusUpdate(pods, pod({}), pod({})), []);
});

test('immutable fields stay', () => {
  const cases: [string, string, object, object, string][] = [
    ['', 'configmaps', { immutable: true, data: { a: '2' } }, { immutable: true, data: { a: '1' } }, 'data'],
    ['', 'secrets', { type: 'x' }, { type: 'y' }, 'type'],
    [
      'apps',
      'deployments',
      {
        spec: {
          selector: { matchLabels: { app: 'a', b: 'c' } },
          template: { ...template, metadata: { labels: { app: 'a', b: 'c' } } },
        },
      },
      { spec: { selector, template } },
      'spec.selector',
    ],
    ['storage.k8s.io', 'storageclasses', { provisioner: 'x.io/y' }, { provisioner: 'x.io/z' }, 'provisioner'],
    ['', 'configmaps', { metadata: { uid: '1' } }, { metadata: { uid: '2' } }, 'metadata.uid'],
  ];
  for (const [group, resource, now, old, field] of cases) {
    const facts = factsOf(group, resource);
    const found = validateUpdate(facts, prepared(group, resource, now), prepared(group, resource, old));
    deepEqual(
      found.map((error) => error.field),
      [field],
      resource,
    );
  }
});

test('the answer to an invalid object is a Status that names causes', () => {
  const facts = factsOf('apps', 'deployments');
  const errors = validateCreate(
    facts,
    prepared('apps', 'deployments', { spec: { selector, template: { ...template, spec: { containers: [] } } } }),
  );
  const status = invalidStatus(facts, 'a', errors);
  equal(status.code, 422);
  equal(status.message, 'Deployment.apps "a" is invalid: spec.template.spec.containers: Required value');
  deepEqual(status.details?.causes, [
    { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.template.spec.containers' },
  ]);
});

test('containers of a stateful set may mount what its claim templates will stand for', () => {
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const mounting = (name: string) => ({
    spec: {
      selector,
      serviceName: 'a',
      template: {
        ...template,
        spec: { containers: [{ ...container, volumeMounts: [{ name, mountPath: '/d' }] }] },
      },
      volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claim }],
    },
  });
  deepEqual(problems('apps', 'statefulsets', mounting('data')), []);
  deepEqual(problems('apps', 'statefulsets', mounting('other')), [
    'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "other"',
  ]);
});

test('cron schedules', () => {
  for (const fine of ['* * * * *', '*/15 0-6,12 1 jan-mar mon', '@daily', '@every 1h30m'])
    equal(scheduleProblem(fine), undefined, fine);
  for (const wrong of ['* * * *', '60 * * * *', '5-1 * * * *', '* * 0 * *', '*/0 * * * *', '@often'])
    equal(typeof scheduleProblem(wrong), 'string', wrong);
});
