// The annotation in which client-side `kubectl apply` remembers what it applied, kept true when the same kubectl goes
// over to server-side apply. Source: Kubernetes documentation, "Upgrading from client-side apply to server-side apply".
import type { KubeObject } from '../facts.ts';
import type { FieldSet } from './field-set.ts';
import { isObject } from './json.ts';
import { ANNOTATIONS_MAX } from './limits.ts';
import { fieldsOf } from './owned-fields.ts';
import { rootShape } from './shape.ts';
import type { TypeReference } from './type-reference.ts';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

interface Request {
  readonly live?: KubeObject | undefined;
  readonly applied: KubeObject;
  readonly manager: string;
  readonly type: TypeReference;
}

const remembered = ({ live, manager }: Request): string | undefined =>
  manager === 'kubectl' ? live?.metadata?.annotations?.[ANNOTATION] : undefined;

/** The fields that client-side apply set last; undefined when it did not, or in another version. */
export function fieldsOfLastApplied(request: Request): FieldSet | undefined {
  const text = remembered(request);
  if (!text) return undefined;
  try {
    const configuration: unknown = JSON.parse(text);
    if (!isObject(configuration) || configuration.apiVersion !== request.applied.apiVersion) return undefined;
    return fieldsOf(configuration, rootShape(request.type), 'declared');
  } catch {
    return undefined;
  }
}

/** The result of a server-side apply with the annotation brought up to date, where there is one. */
export function applyLastApplied(object: KubeObject, request: Request): KubeObject {
  if (!remembered(request) || object.metadata?.annotations?.[ANNOTATION] === undefined) return object;
  const { [ANNOTATION]: _, ...annotations } = request.applied.metadata?.annotations ?? {};
  const text = JSON.stringify({ ...request.applied, metadata: { ...request.applied.metadata, annotations } });
  const all = { ...object.metadata.annotations, [ANNOTATION]: `${text}\n` };
  const size = Object.entries(all).reduce((sum, [key, value]) => sum + key.length + value.length, 0);
  return size > ANNOTATIONS_MAX ? object : { ...object, metadata: { ...object.metadata, annotations: all } };
}
