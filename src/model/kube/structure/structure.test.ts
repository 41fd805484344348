// What the structural check reports, removes and rewrites.
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { checkStructure } from './check.ts';
import { duplicateFieldsOf, strictProblemsOf } from './duplicates.ts';
import { canonicalQuantity } from './quantity-text.ts';

const POD = { type: 'core.v1.Pod' };

test('unknown fields are removed and named by their path', () => {
  const pod = { metadata: { name: 'a', odd: 1 }, spec: { containers: [{ name: 'c', imge: 'x' }] }, extra: {} };
  const problems = checkStructure(POD, pod as object, { fieldValidation: 'Strict' });
  deepEqual(problems.unknownFields, ['metadata.odd', 'spec.containers[0].imge', 'extra']);
  deepEqual(problems.errors, []);
  deepEqual(pod, { metadata: { name: 'a' }, spec: { containers: [{ name: 'c' }] } });
});

test('under Ignore unknown fields are removed in silence', () => {
  const pod = { odd: 1 };
  deepEqual(checkStructure(POD, pod as object, { fieldValidation: 'Ignore' }).unknownFields, []);
  deepEqual(pod, {});
});

test('wrong types are reported in the words of the decoder', () => {
  const cases: [object, string][] = [
    [
      { spec: { containers: 'x' } },
      'json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      { metadata: { labels: { a: 1 } } },
      'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [
      { spec: { containers: [{ name: 'c', ports: [{ containerPort: 'http' }] }] } },
      'json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32',
    ],
    [
      { spec: { priority: 1.5 } },
      'json: cannot unmarshal number 1.5 into Go struct field PodSpec.spec.priority of type int32',
    ],
  ];
  for (const [object, message] of cases)
    deepEqual(checkStructure(POD, object, { fieldValidation: 'Strict' }).errors, [message]);
});

test('nulls go, quantities and times get their canonical form', () => {
  const pod = {
    metadata: { name: 'a', creationTimestamp: null, deletionTimestamp: '2026-01-01T01:00:00+01:00' },
    spec: { containers: [{ name: 'c', resources: { limits: { cpu: 0.5, memory: '1024Mi' } } }] },
  };
  deepEqual(checkStructure(POD, pod as object, { fieldValidation: 'Strict' }).errors, []);
  deepEqual(pod, {
    metadata: { name: 'a', deletionTimestamp: '2026-01-01T00:00:00Z' },
    spec: { containers: [{ name: 'c', resources: { limits: { cpu: '500m', memory: '1Gi' } } }] },
  });
});

test('quantities have one canonical text', () => {
  const cases: [string | number, string | undefined][] = [
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['100', '100'],
    ['1000', '1k'],
    [1000, '1k'],
    ['0Mi', '0'],
    ['1e3', '1e3'],
    ['512', '512'],
    ['0.5Ki', '512'],
    ['-1000m', '-1'],
    ['abc', undefined],
  ];
  for (const [text, canonical] of cases) equal(canonicalQuantity(text), canonical, String(text));
});

test('keys that a text gives twice are found with their path', () => {
  deepEqual(duplicateFieldsOf('{"a":1,"b":{"a":2,"c":"\\"a\\":","c":3},"l":[{"x":1},{"x":1,"x":2}],"a":[]}'), [
    'b.c',
    'l[1].x',
    'a',
  ]);
  deepEqual(duplicateFieldsOf('{"a":{"k":1},"b":{"k":1}}'), []);
});

test('strict problems come in the order of the text, an unknown field once', () => {
  const text = '{"x":1,"spec":{"u":1,"u":2,"paused":true,"paused":false},"y":1}';
  deepEqual(strictProblemsOf(text, ['x', 'y', 'spec.u']), [
    'unknown field "x"',
    'unknown field "spec.u"',
    'duplicate field "spec.paused"',
    'unknown field "y"',
  ]);
});
