// The key of an object in queues and indexes: `namespace/name`, or just the name for cluster-scoped ones.
import type { ObjectName } from '#client';
import type { KubeObject } from '#model/kube';

export function keyOf(object: KubeObject): string {
  const { namespace, name = '' } = object.metadata ?? {};
  return namespace ? `${namespace}/${name}` : name;
}

export function nameOfKey(key: string): ObjectName {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

export function nameOf(object: KubeObject): ObjectName {
  const { namespace, name = '' } = object.metadata ?? {};
  return namespace ? { namespace, name } : { name };
}

/** The uid of an object that the API has answered; such an object always has one. */
export function uidOf(object: KubeObject): string {
  return object.metadata?.uid ?? '';
}
