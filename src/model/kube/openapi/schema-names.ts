// The names that OpenAPI documents give to types, and which group, version and kind a type stands for.
import { memo, once } from '#base';
import { type ResourceFacts, resourceFacts } from '../facts.ts';

export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.';
const ROOTS: Readonly<Record<string, string>> = {
  meta: META,
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.',
};
export const SCALAR_NAMES: Readonly<Record<string, string>> = {
  Quantity: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
  IntOrString: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
  Time: `${META}v1.Time`,
  MicroTime: `${META}v1.MicroTime`,
};
export const PATCH_NAME = `${META}v1.Patch`;

/** "core.v1.Pod" is "io.k8s.api.core.v1.Pod". A name that is no type of the facts stands for itself. */
export function schemaNameOf(type: string): string {
  const [group = '', version, kind] = type.split('.');
  if (kind === undefined || type.split('.').length !== 3) return type;
  return `${ROOTS[group] ?? `io.k8s.api.${group}.`}${version}.${kind}`;
}

/** The prefix of types: "apps" for apps, "core" for "", "rbac" for rbac.authorization.k8s.io. */
export const typeGroupOf = once(() =>
  memo((group: string): string => {
    const facts = resourceFacts.find((r) => r.group === group);
    return facts?.type.split('.')[0] ?? group;
  }),
);

/** The type behind a subresource's kind; undefined for kinds without a body of their own (PodExecOptions). */
export function subresourceType(facts: ResourceFacts, sub: NonNullable<ResourceFacts['subresources']>[number]): string {
  if (sub.kind === facts.kind && !sub.group) return facts.type;
  return `${typeGroupOf()(sub.group ?? facts.group)}.${sub.version ?? facts.version}.${sub.kind}`;
}
