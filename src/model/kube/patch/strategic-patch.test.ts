// Strategic merge patch as tables: lists by key, lists of scalars, directives, order.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyStrategicMergePatch, PatchRefused } from '#model/kube/patch';

const refusedWith = (code: number) => (error: unknown) => error instanceof PatchRefused && error.code === code;
const POD = 'core.v1.Pod';
const spec = (value: object) => ({ spec: value });

describe('strategic merge patch', () => {
  const cases: [title: string, type: string, object: object, patch: object, result: object][] = [
    [
      'a map',
      POD,
      { metadata: { labels: { a: '1' } } },
      { metadata: { labels: { b: '2', a: null } } },
      { metadata: { labels: { b: '2' } } },
    ],
    [
      'a list by its key',
      POD,
      spec({ containers: [{ name: 'a', image: 'x', tty: true }, { name: 'b' }] }),
      spec({ containers: [{ name: 'a', image: 'y', tty: null }] }),
      spec({ containers: [{ name: 'a', image: 'y' }, { name: 'b' }] }),
    ],
    [
      'a new item goes first without an order',
      POD,
      spec({ containers: [{ name: 'a' }] }),
      spec({ containers: [{ name: 'c', image: 'i', tty: null }] }),
      spec({ containers: [{ name: 'c', image: 'i' }, { name: 'a' }] }),
    ],
    [
      'deletes an item',
      POD,
      spec({ containers: [{ name: 'a' }, { name: 'b' }] }),
      spec({ containers: [{ name: 'a', $patch: 'delete' }] }),
      spec({ containers: [{ name: 'b' }] }),
    ],
    [
      'replaces a list',
      POD,
      spec({ containers: [{ name: 'a' }, { name: 'b' }] }),
      spec({ containers: [{ name: 'z' }, { $patch: 'replace' }] }),
      spec({ containers: [{ name: 'z' }] }),
    ],
    [
      'an atomic list',
      POD,
      spec({ tolerations: [{ key: 'a' }] }),
      spec({ tolerations: [{ key: 'b' }] }),
      spec({ tolerations: [{ key: 'b' }] }),
    ],
    [
      'scalars merge',
      POD,
      { metadata: { finalizers: ['a', 'b'] } },
      { metadata: { finalizers: ['b', 'c'] } },
      { metadata: { finalizers: ['a', 'b', 'c'] } },
    ],
    [
      'scalars are deleted',
      POD,
      { metadata: { finalizers: ['a', 'b', 'c'] } },
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['b', 'q'] } },
      { metadata: { finalizers: ['a', 'c'] } },
    ],
    [
      'order of scalars',
      POD,
      { metadata: { finalizers: ['a', 'b'] } },
      { metadata: { '$setElementOrder/finalizers': ['c', 'b', 'a'], finalizers: ['c'] } },
      { metadata: { finalizers: ['c', 'b', 'a'] } },
    ],
    [
      'order of items, what the server added stays where it was',
      POD,
      spec({ containers: [{ name: 'a' }, { name: 'server' }, { name: 'b' }] }),
      spec({
        '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }, { name: 'n' }],
        containers: [{ name: 'n', image: 'i' }],
      }),
      spec({ containers: [{ name: 'server' }, { name: 'b' }, { name: 'a' }, { name: 'n', image: 'i' }] }),
    ],
    [
      'order alone',
      POD,
      spec({ containers: [{ name: 'a' }, { name: 'b' }] }),
      spec({ '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] }),
      spec({ containers: [{ name: 'b' }, { name: 'a' }] }),
    ],
    [
      'retains keys of a union',
      'apps.v1.Deployment',
      spec({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } }),
      spec({ strategy: { $retainKeys: ['type'], type: 'Recreate' } }),
      spec({ strategy: { type: 'Recreate' } }),
    ],
    [
      'retains keys of an item',
      POD,
      spec({ volumes: [{ name: 'v', emptyDir: {} }] }),
      spec({ volumes: [{ name: 'v', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/p' } }] }),
      spec({ volumes: [{ name: 'v', hostPath: { path: '/p' } }] }),
    ],
    [
      'replaces a map',
      POD,
      { metadata: { labels: { a: '1' } } },
      { metadata: { labels: { $patch: 'replace', b: '2' } } },
      { metadata: { labels: { b: '2' } } },
    ],
    [
      'empties a map',
      POD,
      { metadata: { labels: { a: '1' } } },
      { metadata: { labels: { $patch: 'delete' } } },
      { metadata: { labels: {} } },
    ],
    [
      'merges when told so',
      POD,
      { metadata: { labels: { a: '1' } } },
      { metadata: { labels: { $patch: 'merge', b: '2' } } },
      { metadata: { labels: { a: '1', b: '2' } } },
    ],
    [
      'a selector of a budget is replaced',
      'policy.v1.PodDisruptionBudget',
      spec({ selector: { matchLabels: { a: '1' } } }),
      spec({ selector: { matchLabels: { b: '2' } } }),
      spec({ selector: { matchLabels: { b: '2' } } }),
    ],
    [
      'ports merge by one key',
      'core.v1.Service',
      spec({ ports: [{ port: 80, protocol: 'TCP', name: 'w' }] }),
      spec({ ports: [{ port: 80, targetPort: 8080 }] }),
      spec({ ports: [{ port: 80, protocol: 'TCP', name: 'w', targetPort: 8080 }] }),
    ],
    [
      'directives never get stored',
      POD,
      {},
      spec({
        containers: [
          { name: 'a', $retainKeys: ['name'] },
          { name: 'b', $patch: 'delete' },
        ],
      }),
      spec({ containers: [{ name: 'a' }] }),
    ],
  ];
  for (const [title, type, object, patch, result] of cases)
    it(title, () => {
      const before = structuredClone(object);
      assert.deepEqual(applyStrategicMergePatch(object, patch, type), result);
      assert.deepEqual(object, before);
    });

  const refusals: [title: string, patch: object, code: number][] = [
    ['an unknown directive', { metadata: { $patch: 'sing' } }, 400],
    ['an item without its key', spec({ containers: [{ image: 'x' }] }), 422],
    ['a list of lists', spec({ containers: [['x']] }), 422],
    [
      'an item outside the order',
      spec({ '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'b' }] }),
      400,
    ],
    ['a key that is not retained', { metadata: { labels: { $retainKeys: ['a'], b: '1' } } }, 400],
    ['a directive that is no list', { metadata: { '$deleteFromPrimitiveList/finalizers': 'x' } }, 400],
  ];
  for (const [title, patch, code] of refusals)
    it(`refuses ${title}`, () =>
      assert.throws(
        () =>
          applyStrategicMergePatch(
            { metadata: { labels: { z: '1' } }, spec: { containers: [{ name: 'a' }] } },
            patch,
            POD,
          ),
        refusedWith(code),
      ));

  it('refuses kinds without a schema', () =>
    assert.throws(() => applyStrategicMergePatch({}, {}, undefined), refusedWith(415)));
});
