// Makes the bytes that the store holds. An object is serialized once, before its revision is known; the revision is spliced
// in where `metadata.resourceVersion` stands, which is why metadata is written in a fixed order with that member early.
// Inside a JSON string a quote is escaped, so the first mark found is the member itself and never text of a user.
import { assert } from '#base';
import type { KubeObject, ObjectMeta } from '#model/kube';
import { bytesOf, textOf } from './object-index.ts';

const MARK = '"resourceVersion":"';

export interface EncodedObject {
  readonly object: KubeObject;
  /** The bytes at a revision. The object is given the revision too. */
  at(revision: number): Uint8Array;
  /** The bytes of an object that is not stored (dry run), with the revision it came with. */
  unstored(revision?: number): Uint8Array;
  /** Whether, revision apart, this is what `bytes` say. */
  sameAs(bytes: Uint8Array, revision: number): boolean;
}

/** Of metadata, what is left out when it is empty. */
const LISTED = ['labels', 'annotations', 'ownerReferences', 'finalizers', 'managedFields'] as const;

function isEmpty(value: object): boolean {
  for (const _ in value) return false;
  return true;
}

/** Members of metadata before the resourceVersion are names; whatever is free text comes after it. */
function orderedMeta(meta: ObjectMeta): ObjectMeta {
  const { name, generateName, namespace, uid, resourceVersion: _old, selfLink: _link, ...rest } = meta;
  for (const member of LISTED) {
    const value = rest[member];
    if (value && isEmpty(value)) delete rest[member];
  }
  return { name, generateName, namespace, uid, resourceVersion: '', ...rest };
}

export function encodeObject(apiVersion: string, kind: string, source: KubeObject): EncodedObject {
  assert(source.metadata, 'an object that is stored has metadata');
  const { apiVersion: _v, kind: _k, metadata, ...rest } = source;
  const meta = orderedMeta(metadata);
  const object: KubeObject = { apiVersion, kind, metadata: meta, ...rest };
  const text = JSON.stringify(object);
  const cut = text.indexOf(MARK) + MARK.length;
  const head = text.slice(0, cut);
  const tail = text.slice(cut);
  return {
    object,
    at(revision) {
      meta.resourceVersion = String(revision);
      return bytesOf(head + revision + tail, object);
    },
    unstored(revision) {
      if (revision !== undefined) meta.resourceVersion = String(revision);
      else delete meta.resourceVersion;
      return Buffer.from(JSON.stringify(object));
    },
    sameAs(bytes, revision) {
      const digits = String(revision);
      return bytes.length >= text.length + digits.length && textOf(bytes) === head + digits + tail;
    },
  };
}

/** The same bytes with another revision in them. */
export function withRevision(bytes: Uint8Array, revision: number): Uint8Array {
  const text = textOf(bytes);
  const from = text.indexOf(MARK) + MARK.length;
  assert(from >= MARK.length, 'stored bytes carry a resourceVersion');
  return Buffer.from(text.slice(0, from) + revision + text.slice(text.indexOf('"', from)));
}
