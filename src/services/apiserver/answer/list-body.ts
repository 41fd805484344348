// Assembles a list out of stored bytes: one allocation, one copy an item, nothing parsed.
import type { ServedResource } from '../objects/served-resource.ts';

export interface ListHead {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

const COMMA = 0x2c;
const OPEN = 0x7b;

/** Bytes that open every stored object of a resource and that items of a built-in list leave out. */
function itemPrefixBytes(resource: ServedResource): number {
  const { storage } = resource;
  const apiVersion = storage.group === '' ? storage.version : `${storage.group}/${storage.version}`;
  return resource.custom ? 1 : `{"apiVersion":"${apiVersion}","kind":"${storage.kind}",`.length;
}

/** `items` are serialized objects as the store has them. */
export function assembleList(resource: ServedResource, head: ListHead, items: readonly Uint8Array[]): Uint8Array {
  const skip = itemPrefixBytes(resource);
  const start = Buffer.from(listStart(resource, head));
  let total = start.length + 2;
  for (const item of items) total += item.length - skip + 2;
  const body = Buffer.allocUnsafe(total);
  body.set(start, 0);
  let at = start.length;
  for (const item of items) {
    if (at > start.length) body[at++] = COMMA;
    body[at++] = OPEN;
    body.set(item.subarray(skip), at);
    at += item.length - skip;
  }
  at += body.write(']}', at);
  return body.subarray(0, at);
}

function listStart(resource: ServedResource, head: ListHead): string {
  const kind = `${resource.facts.kind}List`;
  const metadata: Record<string, unknown> = { resourceVersion: head.resourceVersion };
  if (head.continue) metadata.continue = head.continue;
  if (head.remainingItemCount) metadata.remainingItemCount = head.remainingItemCount;
  return `{"kind":"${kind}","apiVersion":"${resource.apiVersion}","metadata":${JSON.stringify(metadata)},"items":[`;
}
