// What the site knows of an object of the desired state from its manifest alone: its name in reports, its place in the order, its mark,
// and why it cannot be applied.
import type { ResourceFacts } from '#model/kube';
import { type DesiredObject, type ObjectReference, OWNER_HUB, OWNER_LABEL, REVISION_ANNOTATION } from '#model/link';

/** "apps/v1/Deployment/shop/web"; "v1/Namespace//shop". */
export const referenceOf = ({ apiVersion, kind, metadata }: DesiredObject): ObjectReference =>
  [apiVersion, kind, metadata?.namespace ?? '', metadata?.name].join('/');

export interface ReferenceParts {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function partsOf(reference: ObjectReference): ReferenceParts {
  const [name = '', namespace = '', kind = '', version = '', group = ''] = reference.split('/').reverse();
  return { group, version, kind, namespace, name };
}

/** The same object, whichever version it is named by. */
export const identityOf = (reference: ObjectReference): string => {
  const { group, kind, namespace, name } = partsOf(reference);
  return [group, kind, namespace, name].join('/');
};

interface MarkedMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The manifest with the mark of the hub. */
export function marked(manifest: DesiredObject, revision: number): DesiredObject {
  const { labels, annotations } = manifest.metadata as MarkedMetadata;
  const mark: MarkedMetadata = {
    labels: { ...labels, [OWNER_LABEL]: OWNER_HUB },
    annotations: { ...annotations, [REVISION_ANNOTATION]: String(revision) },
  };
  return { ...manifest, metadata: { ...manifest.metadata, ...mark } };
}

/** Objects that run to an end: once they have, and are cleared away, they are not begun again. */
export function runsToEnd({ kind, ...fields }: DesiredObject): boolean {
  if (kind === 'Job') return true;
  const policy = (fields.spec as { restartPolicy?: string } | undefined)?.restartPolicy;
  return kind === 'Pod' && policy !== undefined && policy !== 'Always';
}

/** Objects that the cluster clears away by itself, so that their absence does not say that they never were. */
export const vanishes = (manifest: DesiredObject): boolean =>
  runsToEnd(manifest) &&
  (manifest.spec as { ttlSecondsAfterFinished?: number } | undefined)?.ttlSecondsAfterFinished !== undefined;

/** Why this manifest cannot be applied; `facts` is what the cluster knows of its kind. */
export function problemOf(manifest: DesiredObject, facts: ResourceFacts | undefined): string | undefined {
  const { apiVersion, kind } = manifest;
  const metadata = (manifest.metadata ?? {}) as { name?: unknown; namespace?: unknown; generateName?: unknown };
  if (metadata.generateName !== undefined)
    return 'it has generateName: it would be another object at every pass; give it a name';
  if (typeof metadata.name !== 'string' || metadata.name === '') return 'it has no metadata.name';
  if (!facts) return `this cluster does not know ${apiVersion} ${kind}`;
  if (!facts.verbs.includes('patch')) return `objects of kind ${kind} cannot be applied`;
  if (facts.namespaced && !metadata.namespace) return 'it has no metadata.namespace';
  if (!facts.namespaced && metadata.namespace) return `objects of kind ${kind} have no namespace`;
  return undefined;
}
