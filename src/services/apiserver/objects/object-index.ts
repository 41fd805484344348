// What the store keeps beside an object's bytes: the few fields that selectors and owners need, so that a list or a watch
// with a selector parses nothing; and the parsed object itself once somebody in this process has asked for it.
import { type KubeObject, labelsOf, selectableFields } from '#model/kube';
import { parseKey } from './served-resource.ts';

export class ObjectIndex {
  readonly labels: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, string>>;
  /** Kept only after it was asked for; what a write has at hand stays as long as memory is not short. */
  #object: KubeObject | undefined;
  #fresh: WeakRef<KubeObject> | undefined;

  constructor(key: string, object: KubeObject, written: boolean) {
    this.labels = labelsOf(object);
    this.fields = fieldsOf(key, object);
    if (written) this.#fresh = new WeakRef(object);
  }

  /** The object that `bytes` say. Shared: whoever changes it copies it first. */
  object(bytes: Uint8Array): KubeObject {
    this.#object ??= this.#fresh?.deref() ?? parseObject(bytes);
    this.#fresh = undefined;
    return this.#object;
  }
}

/** Bytes of an object that was just written still know it, so that the store's index needs no parsing. */
const source = Symbol('object');
type ObjectBytes = Uint8Array & { [source]?: KubeObject };

export function parseObject(bytes: Uint8Array): KubeObject {
  return JSON.parse(textOf(bytes)) as KubeObject;
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

export function bytesOf(text: string, object: KubeObject): Uint8Array {
  const bytes: ObjectBytes = Buffer.from(text);
  bytes[source] = object;
  return bytes;
}

/** The `index` option of a store that holds objects of the API. */
export function objectIndex(key: string, bytes: Uint8Array): ObjectIndex {
  const carrier = bytes as ObjectBytes;
  const object = carrier[source];
  if (object === undefined) return new ObjectIndex(key, parseObject(bytes), false);
  delete carrier[source];
  return new ObjectIndex(key, object, true);
}

function fieldsOf(key: string, object: KubeObject): Readonly<Record<string, string>> {
  return selectableFields(parseKey(key) ?? { group: '', resource: '' }, object);
}
