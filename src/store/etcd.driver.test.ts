import { randomUUID } from 'node:crypto';
import { after, before } from 'node:test';
import { type EtcdServer, startEtcd } from '#platform/etcd';
import { openEtcdStore } from './etcd.driver.ts';
import { storeConformance } from './store.conformance.ts';

let server: EtcdServer;
before(async () => {
  server = await startEtcd();
});
after(() => server.stop());

storeConformance('etcd', async () => {
  const prefix = `/test/${randomUUID()}`;
  return {
    open: (options) => openEtcdStore({ ...options, endpoints: [server.endpoint], prefix, identity: randomUUID() }),
    destroy: async () => undefined,
  };
});
