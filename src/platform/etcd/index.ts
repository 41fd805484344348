// The door of the etcd room.
export { EtcdClient, type EtcdOptions } from './client.ts';
export { type EtcdCluster, startEtcdCluster } from './cluster.fake.ts';
export type { KeepAlive } from './keep-alive.ts';
export type { Compare, KeyValue, RequestOp, WatchResponse } from './messages.ts';
export { type EtcdServer, startEtcd } from './server.fake.ts';
