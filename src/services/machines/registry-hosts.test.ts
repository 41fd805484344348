// What containerd is told about registries: only the site's is asked, with the node's account unless it is meant by name.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { testFolder } from '#platform/process';
import { registryHostFiles, writeRegistryHosts } from './registry-hosts.ts';

const folder = testFolder('hosts');
after(() => fs.rmSync(folder, { recursive: true }));
const options = {
  address: '10.50.0.9:31001',
  ownNames: ['10.50.0.9:31001', 'ecr.site.internal:31001'],
  caFile: '/data/pki/ca.crt',
  account: { user: 'node', password: 'secret' },
};

test('every name leads to the site, and nowhere else', () => {
  const files = registryHostFiles(options);
  assert.deepEqual([...files.keys()], ['_default', ...options.ownNames]);
  assert.equal(
    files.get('_default'),
    [
      'server = "https://10.50.0.9:31001"',
      'capabilities = ["pull", "resolve"]',
      'ca = "/data/pki/ca.crt"',
      '[header]',
      '  authorization = ["Basic bm9kZTpzZWNyZXQ="]',
      '[host]',
      '',
    ].join('\n'),
  );
  for (const name of options.ownNames) {
    assert.match(files.get(name) ?? '', /^server = "https:\/\/10\.50\.0\.9:31001"$/m);
    assert.doesNotMatch(files.get(name) ?? '', /authorization/, 'a pull by name needs the pull secret');
  }
});

test('names that the registry no longer has are removed', () => {
  writeRegistryHosts({ ...options, folder });
  assert.deepEqual(fs.readdirSync(folder).sort(), ['10.50.0.9:31001', '_default', 'ecr.site.internal:31001']);
  writeRegistryHosts({ ...options, folder, ownNames: ['10.50.0.9:31001'] });
  assert.deepEqual(fs.readdirSync(folder).sort(), ['10.50.0.9:31001', '_default']);
  const mode = fs.statSync(path.join(folder, '_default/hosts.toml')).mode & 0o777;
  assert.equal(mode, 0o600, 'it holds a password');
});
