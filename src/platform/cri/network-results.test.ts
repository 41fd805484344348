// Which results of network plug-ins go with a site.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, test } from 'node:test';
import { testFolder } from '#platform/process';
import { removeNetworkResults, removeTornNetworkResults } from './network-results.ts';

const results = testFolder('results');
after(() => fs.rmSync(results, { recursive: true }));

function keep(name: string, containerId: string, config: object): void {
  const text = Buffer.from(JSON.stringify(config)).toString('base64');
  fs.writeFileSync(`${results}/${name}`, JSON.stringify({ kind: 'cniCacheV1', containerId, config: text }));
}

test('those of the pods of a site go, with their loopback; others and what cannot be read stay', () => {
  keep('holdfast-aa-eth0', 'aa', { ipam: { dataDir: '/srv/site/run/worker/ipam' } });
  keep('cni-loopback-aa-lo', 'aa', { type: 'loopback' });
  keep('holdfast-bb-eth0', 'bb', { ipam: { dataDir: '/srv/site2/run/worker/ipam' } });
  keep('cni-loopback-bb-lo', 'bb', { type: 'loopback' });
  fs.writeFileSync(`${results}/torn`, '{"kind":');
  removeNetworkResults('/srv/site', results);
  assert.deepEqual(fs.readdirSync(results).sort(), ['cni-loopback-bb-lo', 'holdfast-bb-eth0', 'torn']);
  removeNetworkResults('/srv/site', `${results}/absent`);
});

test('what a power cut tore goes, and nothing else', () => {
  keep('holdfast-cc-eth0', 'cc', {});
  fs.writeFileSync(`${results}/empty`, '');
  fs.writeFileSync(`${results}/zeros`, Buffer.alloc(512));
  const before = fs.readdirSync(results).filter((name) => /^(holdfast|cni)/.test(name));
  removeTornNetworkResults(results);
  assert.deepEqual(fs.readdirSync(results), before);
  removeTornNetworkResults(`${results}/absent`);
});
