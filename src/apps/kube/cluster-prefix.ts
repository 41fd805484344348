// Where the store of a cluster stands in etcd.
import type { Cluster } from '#model/site';

export const clusterPrefix = ({ name }: Pick<Cluster, 'name'>): string => `/holdfast/clusters/${name}`;
