// What writes keep, drop and count.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, resourceFacts } from '../facts.ts';
import type { HorizontalPodAutoscaler } from '../generated/kinds.ts';
import { convert } from './convert.ts';
import { prepareForCreate, prepareForUpdate } from './prepare.ts';
import { scaleOf } from './scale.ts';
import { storageResourceOf } from './storage-version.ts';

const factsOf = (group: string, resource: string) => {
  const facts = resourceFacts.find((f) => f.group === group && f.resource === resource);
  if (!facts) throw new Error(resource);
  return facts;
};
const DEPLOYMENTS = factsOf('apps', 'deployments');
const deployment = (over: object): KubeObject =>
  structuredClone({ metadata: { name: 'a', namespace: 'n', uid: 'u' }, spec: { replicas: 1 }, ...over }) as KubeObject;

test('a create starts without the status that the client sent', () => {
  const object = deployment({ status: { replicas: 9 } });
  prepareForCreate(DEPLOYMENTS, object);
  deepEqual((object as { status?: object }).status, {});
  equal(object.metadata?.generation, 1);
});

test('a node is born with the status that it reports', () => {
  const node = { metadata: { name: 'n' }, status: { capacity: { cpu: '1' } } };
  prepareForCreate(factsOf('', 'nodes'), node);
  deepEqual(node.status, { capacity: { cpu: '1' } });
});

test('writes to the object keep its status and count what is asked for', () => {
  const old = deployment({ metadata: { name: 'a', uid: 'u', generation: 3 }, status: { replicas: 1 } });
  const same = deployment({ status: { replicas: 7 } });
  prepareForUpdate(DEPLOYMENTS, same, old, '');
  deepEqual((same as { status?: object }).status, { replicas: 1 });
  equal(same.metadata?.generation, 3);
  const scaled = deployment({ spec: { replicas: 2 } });
  prepareForUpdate(DEPLOYMENTS, scaled, old, '');
  equal(scaled.metadata?.generation, 4);
});

test('writes to the status keep everything else', () => {
  const old = deployment({ metadata: { name: 'a', uid: 'u', generation: 3, labels: { a: 'b' } } });
  const written = deployment({ spec: { replicas: 5 }, status: { replicas: 5 } });
  prepareForUpdate(DEPLOYMENTS, written, old, 'status');
  deepEqual((written as { spec?: object }).spec, { replicas: 1 });
  deepEqual((written as { status?: object }).status, { replicas: 5 });
  deepEqual(written.metadata?.labels, { a: 'b' });
  equal(written.metadata?.generation, 3);
});

test('a deletion cannot be taken back by an update', () => {
  const old = deployment({ metadata: { name: 'a', uid: 'u', deletionTimestamp: '2026-01-01T00:00:00Z' } });
  const written = deployment({});
  prepareForUpdate(DEPLOYMENTS, written, old, '');
  equal(written.metadata?.deletionTimestamp, '2026-01-01T00:00:00Z');
});

test('a service keeps its addresses and node ports, and loses them with its type', () => {
  const services = factsOf('', 'services');
  const old = {
    metadata: { name: 's' },
    spec: { type: 'NodePort', clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ports: [{ port: 80, nodePort: 30000 }] },
  };
  const manifest = { metadata: { name: 's' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } };
  prepareForUpdate(services, manifest, old, '');
  deepEqual(manifest.spec, old.spec);
  const external = { metadata: { name: 's' }, spec: { ...structuredClone(old.spec), type: 'ExternalName' } };
  prepareForUpdate(services, external, old, '');
  deepEqual(external.spec, { type: 'ExternalName', ports: [{ port: 80 }] });
});

test('autoscalers keep in v1 what only v2 can say', () => {
  const v2: HorizontalPodAutoscaler = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'd' },
      maxReplicas: 3,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
      ],
    },
    status: { desiredReplicas: 1, currentReplicas: 1 },
  };
  const v1 = convert(v2, 'autoscaling/v2', 'autoscaling/v1');
  equal((v1 as { spec?: { targetCPUUtilizationPercentage?: number } }).spec?.targetCPUUtilizationPercentage, 50);
  deepEqual(convert(v1, 'autoscaling/v1', 'autoscaling/v2'), v2);
});

test('both kinds of events are one', () => {
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e' },
    involvedObject: { name: 'p' },
    message: 'm',
  };
  const converted = convert(event, 'v1', 'events.k8s.io/v1');
  deepEqual(converted, {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'e' },
    regarding: { name: 'p' },
    note: 'm',
  });
  deepEqual(convert(converted, 'events.k8s.io/v1', 'v1'), event);
  equal(storageResourceOf({ group: 'events.k8s.io', resource: 'events' }).group, '');
});

test('the text of a secret becomes its data at every write', () => {
  const secrets = factsOf('', 'secrets');
  const secret = { metadata: { name: 's' }, data: { a: 'b2xk', k: 'a2VwdA==' }, stringData: { a: 'new' } };
  prepareForCreate(secrets, secret);
  deepEqual(secret, { metadata: { name: 's' }, data: { a: 'bmV3', k: 'a2VwdA==' } });
  const next = { metadata: { name: 's' }, data: secret.data, stringData: { b: 'ü' } };
  prepareForUpdate(secrets, next, secret, '');
  deepEqual((next as { data: object }).data, { a: 'bmV3', k: 'a2VwdA==', b: 'w7w=' });
});

test('scale shows the selector as text', () => {
  const scale = scaleOf(
    DEPLOYMENTS,
    deployment({ spec: { replicas: 2, selector: { matchLabels: { b: '1', a: '2' } } } }),
  );
  equal(scale.status?.selector, 'a=2,b=1');
  equal(scale.spec?.replicas, 2);
});
