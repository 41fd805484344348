// The door of etcd's members.
export { etcdClientOptions, etcdProcess } from './etcd-process.ts';
