// URLs and Accept headers, and what the server takes them for.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeAccept } from './accept.ts';
import { parseRequestPath } from './request-path.ts';

describe('request path', () => {
  /** [method, url] -> [verb, group/version, resource/subresource, namespace, name, rest] */
  const table: readonly [string, string, readonly string[]][] = [
    ['GET', '/api/v1/pods', ['list', '/v1', 'pods/', '', '', '']],
    ['GET', '/api/v1/pods?watch=1', ['watch', '/v1', 'pods/', '', '', '']],
    ['GET', '/api/v1/watch/namespaces/a/pods/b', ['watch', '/v1', 'pods/', 'a', 'b', '']],
    ['GET', '/api/v1/namespaces/a/pods/b', ['get', '/v1', 'pods/', 'a', 'b', '']],
    ['HEAD', '/api/v1/namespaces/a/pods/b', ['get', '/v1', 'pods/', 'a', 'b', '']],
    ['GET', '/api/v1/namespaces/a/pods/b?watch=true', ['get', '/v1', 'pods/', 'a', 'b', '']],
    ['POST', '/apis/apps/v1/namespaces/a/deployments', ['create', 'apps/v1', 'deployments/', 'a', '', '']],
    ['PUT', '/apis/apps/v1/namespaces/a/deployments/b/scale', ['update', 'apps/v1', 'deployments/scale', 'a', 'b', '']],
    ['PATCH', '/api/v1/nodes/n/status', ['patch', '/v1', 'nodes/status', '', 'n', '']],
    ['DELETE', '/api/v1/namespaces/a/pods', ['deletecollection', '/v1', 'pods/', 'a', '', '']],
    ['DELETE', '/api/v1/namespaces/a', ['delete', '/v1', 'namespaces/', 'a', 'a', '']],
    ['PUT', '/api/v1/namespaces/a/finalize', ['update', '/v1', 'namespaces/finalize', 'a', 'a', '']],
    ['GET', '/api/v1/namespaces', ['list', '/v1', 'namespaces/', '', '', '']],
    ['GET', '/api/v1/namespaces/a/pods?fieldSelector=metadata.name%3Db', ['list', '/v1', 'pods/', 'a', 'b', '']],
    [
      'GET',
      '/api/v1/namespaces/a/services/https:s:1/proxy/x//y',
      ['get', '/v1', 'services/proxy', 'a', 'https:s:1', '/x//y'],
    ],
    ['GET', '/api/v1/nodes/n/proxy/', ['get', '/v1', 'nodes/proxy', '', 'n', '/']],
    [
      'GET',
      '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
      ['get', 'rbac.authorization.k8s.io/v1', 'clusterroles/', '', 'system:node', ''],
    ],
  ];
  for (const [method, url, expected] of table)
    it(`${method} ${url}`, () => {
      const path = parseRequestPath(method, url);
      assert.ok(path?.isResource);
      const { verb, group, version, resource, subresource, namespace, name, rest } = path;
      assert.deepEqual([verb, `${group}/${version}`, `${resource}/${subresource}`, namespace, name, rest], expected);
    });

  for (const url of ['/', '/healthz', '/api', '/api/v1', '/apis', '/apis/apps', '/apis/apps/v1', '/openapi/v3/api/v1'])
    it(`${url} is no resource`, () => {
      const path = parseRequestPath('GET', url);
      assert.deepEqual([path?.isResource, path?.verb, path?.path], [false, 'get', url]);
    });

  it('refuses what cannot be decoded', () => {
    assert.equal(parseRequestPath('GET', '/api/v1/namespaces/%zz'), undefined);
  });
});

describe('accept', () => {
  const accept = makeAccept();
  const kubectl =
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';
  const table: readonly [string | undefined, string][] = [
    [undefined, 'json object'],
    ['*/*', 'json object'],
    [kubectl, 'json table'],
    ['application/vnd.kubernetes.protobuf,application/json', 'json object'],
    ['application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'json metadata'],
    ['application/yaml', 'yaml object'],
    ['application/json;as=Table;v=v9;g=meta.k8s.io,application/json', 'json object'],
  ];
  for (const [header, expected] of table)
    it(`${header ?? 'nothing'}: ${expected}`, () => {
      const chosen = accept(header);
      assert.equal(`${chosen?.format} ${chosen?.shape}`, expected);
    });

  it('finds nothing where only other forms are accepted', () => {
    assert.equal(accept('text/html'), undefined);
    assert.equal(accept('application/vnd.kubernetes.protobuf'), undefined);
  });
});
