// What a client leaves out, and what the server says in its place.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import type { Deployment, Job, LimitRange, NetworkPolicy, Pod, Service } from '../generated/kinds.ts';
import { applyDefaults } from './apply.ts';
import { imageTag } from './core/container.ts';

test('a pod is filled in down to its probes and volumes', () => {
  const pod: Pod = {
    spec: {
      containers: [
        {
          name: 'c',
          image: 'nginx',
          ports: [{ containerPort: 80 }],
          readinessProbe: { httpGet: { port: 80 } },
          resources: { limits: { cpu: '1' } },
        },
      ],
      volumes: [{ name: 'v' }, { name: 's', secret: { secretName: 'x' } }],
    },
  };
  applyDefaults({ type: 'core.v1.Pod' }, pod);
  const container = pod.spec?.containers[0];
  equal(container?.imagePullPolicy, 'Always');
  equal(container?.ports?.[0]?.protocol, 'TCP');
  deepEqual(container?.resources?.requests, { cpu: '1' });
  deepEqual(container?.readinessProbe, {
    httpGet: { port: 80, path: '/', scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  deepEqual(pod.spec?.volumes, [
    { name: 'v', emptyDir: {} },
    { name: 's', secret: { secretName: 'x', defaultMode: 420 } },
  ]);
  equal(pod.spec?.restartPolicy, 'Always');
  equal(pod.spec?.terminationGracePeriodSeconds, 30);
  equal(pod.spec?.enableServiceLinks, true);
});

test('defaults settle at once: a second pass changes nothing', () => {
  const deployment = {
    spec: { selector: {}, template: { spec: { containers: [{ name: 'c', image: 'a:1' }] } } },
  } as Deployment;
  applyDefaults({ type: 'apps.v1.Deployment' }, deployment);
  const first = structuredClone(deployment);
  applyDefaults({ type: 'apps.v1.Deployment' }, deployment);
  deepEqual(deployment, first);
  equal(deployment.spec?.template.spec?.containers[0]?.imagePullPolicy, 'IfNotPresent');
  // What only a pod gets, a template does not.
  equal(deployment.spec?.template.spec?.enableServiceLinks, undefined);
});

test('image tags', () => {
  const cases: [string, string][] = [
    ['nginx', 'latest'],
    ['nginx:1.27', '1.27'],
    ['host:5000/nginx', 'latest'],
    ['host:5000/a/nginx:v1', 'v1'],
    ['nginx@sha256:abc', ''],
    ['nginx:1@sha256:abc', '1'],
  ];
  for (const [image, tag] of cases) equal(imageTag(image), tag, image);
});

test('services, jobs, policies, limits', () => {
  const service: Service = { spec: { ports: [{ port: 80 }], type: 'NodePort' } };
  applyDefaults({ type: 'core.v1.Service' }, service);
  deepEqual(service.spec, {
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    type: 'NodePort',
    sessionAffinity: 'None',
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  });
  const queue: Job = { spec: { parallelism: 3, template: { metadata: { labels: { a: 'b' } } } } };
  applyDefaults({ type: 'batch.v1.Job' }, queue);
  equal(queue.spec?.completions, undefined);
  equal(queue.spec?.backoffLimit, 6);
  deepEqual(queue.metadata?.labels, { a: 'b' });
  const policy: NetworkPolicy = { spec: { podSelector: {}, egress: [{}] } };
  applyDefaults({ type: 'networking.v1.NetworkPolicy' }, policy);
  deepEqual(policy.spec?.policyTypes, ['Ingress', 'Egress']);
  const range: LimitRange = { spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } };
  applyDefaults({ type: 'core.v1.LimitRange' }, range);
  deepEqual(range.spec?.limits[0], {
    type: 'Container',
    max: { cpu: '2' },
    default: { cpu: '2' },
    defaultRequest: { cpu: '2' },
  });
});
