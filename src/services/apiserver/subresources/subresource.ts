// What a subresource can do, and which ones there are. Those that are about streams are served apart, over HTTP alone.
import type { KubeObject } from '#model/kube';
import type { ServedResource } from '../objects/served-resource.ts';
import type { Call, ObjectEntry, WriteCallOptions } from '../verbs/call.ts';
import type { PatchCallOptions, SentPatch } from '../verbs/patch.ts';

/** The object itself as stored, or an object of another kind. */
export type SubresourceAnswer = ObjectEntry | KubeObject;

/** Errors of each: ApiError. What is absent answers 405. */
export interface SubresourceVerbs {
  get?(call: Call): SubresourceAnswer | Promise<SubresourceAnswer>;
  update?(call: Call, body: KubeObject, options: WriteCallOptions): Promise<SubresourceAnswer>;
  patch?(call: Call, patch: SentPatch, options: PatchCallOptions): Promise<SubresourceAnswer>;
  create?(call: Call, body: KubeObject, options: WriteCallOptions): Promise<SubresourceAnswer>;
  /** apiVersion and kind that a body must have when it is not the object itself. */
  readonly body?: { readonly apiVersion: string; readonly kind: string };
}

export interface Subresources {
  find(resource: ServedResource, subresource: string): SubresourceVerbs | undefined;
}

/** `byPath` is keyed "group/resource/subresource" or, for all resources that have one, a star for group and resource. */
export function makeSubresources(byPath: ReadonlyMap<string, SubresourceVerbs>): Subresources {
  return {
    find: ({ facts }, subresource) =>
      byPath.get(`${facts.group}/${facts.resource}/${subresource}`) ?? byPath.get(`*/${subresource}`),
  };
}
