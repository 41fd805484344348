// The door of the etcd room.
export { connectEtcd, EtcdClient } from './client.ts';
export { type EtcdCluster, startEtcdCluster } from './cluster.fake.ts';
export type { Etcd, EtcdOptions, EtcdWatch, KeepAlive, Renewed } from './contract.ts';
export type {
  Compare,
  KeyValue,
  RangeRequest,
  RangeResponse,
  RequestOp,
  StatusResponse,
  TxnRequest,
  TxnResponse,
  WatchResponse,
} from './messages.ts';
export { type EtcdServer, startEtcd } from './server.fake.ts';
