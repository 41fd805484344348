// Addresses and node ports of services, over a memory store.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Service } from '#model/kube';
import { openMemoryStore } from '#store';
import { encodeObject } from '../objects/encode.ts';
import { type ObjectIndex, objectIndex } from '../objects/object-index.ts';
import { makeResourceRegistry } from '../objects/resource-registry.ts';
import type { ObjectStore } from '../verbs/call.ts';
import { makeServiceAddresses, type ServiceAddresses } from './service-addresses.ts';

const services = makeResourceRegistry().find('', 'v1', 'services');

describe('service addresses', () => {
  let store: ObjectStore;
  let addresses: ServiceAddresses;
  const open = (): ServiceAddresses =>
    makeServiceAddresses({
      store,
      serviceCidr: '10.0.0.0/24',
      nodePortRange: { first: 30000, last: 30003 },
      reservedNodePorts: [30000],
      random: () => 0,
    });
  const service = (name: string, spec: Service['spec']): Service => ({
    metadata: { name, namespace: 'a', uid: name },
    spec,
  });
  const claim = (object: Service, dryRun = false) => {
    assert.ok(services);
    return addresses.claimForCreate(services, object, dryRun);
  };
  const save = (object: Service): Promise<unknown> =>
    store.write(`/core/services/a/${object.metadata?.name}`, () => ({
      kind: 'put',
      encode: encodeObject('v1', 'Service', object).at,
    }));
  const refused = (object: Service, words: RegExp): void =>
    assert.throws(
      () => claim(object),
      (error: Error & { code?: number }) => error.code === 422 && words.test(error.message),
    );

  beforeEach(() => {
    store = openMemoryStore<ObjectIndex>({ index: objectIndex });
    addresses = open();
  });
  afterEach(async () => {
    addresses.close();
    await store.close();
  });

  it('chooses from the upper part, and never the same twice', () => {
    const first = service('s1', { ports: [{ port: 80 }] });
    const second = service('s2', { ports: [{ port: 80 }] });
    claim(first);
    claim(second);
    assert.equal(first.spec?.clusterIP, '10.0.0.16');
    assert.equal(second.spec?.clusterIP, '10.0.0.17');
    assert.deepEqual(first.spec?.clusterIPs, ['10.0.0.16']);
  });

  it('refuses an address that is held, outside, or none', () => {
    claim(service('s1', { clusterIP: '10.0.0.5', ports: [] }));
    refused(service('s2', { clusterIP: '10.0.0.5', ports: [] }), /already allocated/);
    refused(service('s2', { clusterIP: '10.9.0.5', ports: [] }), /not in the valid range/);
    refused(service('s2', { clusterIP: 'x', ports: [] }), /must be a valid IP address/);
  });

  it('gives back what a failed write or a dry run set aside', () => {
    claim(service('s1', { clusterIP: '10.0.0.5', ports: [] })).release();
    claim(service('s2', { clusterIP: '10.0.0.5', ports: [] }), true);
    claim(service('s3', { clusterIP: '10.0.0.5', ports: [] }));
  });

  it('gives headless and external services no address', () => {
    const headless = service('h', { clusterIP: 'None', ports: [] });
    const external = service('e', { type: 'ExternalName', externalName: 'x', ports: [] });
    claim(headless);
    claim(external);
    assert.deepEqual(headless.spec?.clusterIPs, ['None']);
    assert.equal(external.spec?.clusterIP, undefined);
  });

  it('hands out node ports, but not reserved ones', () => {
    const spec = (nodePort?: number): Service['spec'] => ({ type: 'NodePort', ports: [{ port: 80, nodePort }] });
    const chosen = service('n1', spec());
    claim(chosen);
    assert.equal(chosen.spec?.ports?.[0]?.nodePort, 30001);
    refused(service('n2', spec(30000)), /reserved/);
    refused(service('n2', spec(30001)), /already allocated/);
    refused(service('n2', spec(40000)), /range of valid ports is 30000-30003/);
    claim(service('n3', spec(30002)));
    claim(service('n4', spec(30003)));
    refused(service('n5', spec()), /range is full/);
  });

  it('lets one node port carry two protocols of one service', () => {
    const ports = [
      { name: 't', port: 53, protocol: 'TCP', nodePort: 30001 },
      { name: 'u', port: 53, protocol: 'UDP', nodePort: 30001 },
    ];
    claim(service('dns', { type: 'NodePort', ports }));
  });

  it('knows after a start what stored services hold, and frees what a deletion frees', async () => {
    const held = service('s1', { clusterIP: '10.0.0.5', clusterIPs: ['10.0.0.5'], ports: [] });
    await save(held);
    addresses.close();
    addresses = open();
    refused(service('s2', { clusterIP: '10.0.0.5', ports: [] }), /already allocated/);
    await store.write('/core/services/a/s1', () => ({
      kind: 'delete',
      encode: encodeObject('v1', 'Service', held).at,
    }));
    claim(service('s2', { clusterIP: '10.0.0.5', ports: [] }));
  });
});
