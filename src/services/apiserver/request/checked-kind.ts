// Checks that a body is an object of the kind that the URL is about.
import type { KubeObject } from '#model/kube';
import { requestError } from '../answer/errors.ts';

/** Errors: ApiError 400. An absent apiVersion or kind means the one of the URL. */
export function checkedKind(
  of: { readonly apiVersion: string; readonly facts: { readonly kind: string; readonly version: string } },
  value: unknown,
): KubeObject {
  if (value === undefined) throw requestError.badRequest('the request has no body: an object is required');
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw requestError.badRequest("couldn't get version/kind; json parse error: the body must be an object");
  const object = value as KubeObject;
  const { apiVersion, kind } = object;
  if (apiVersion !== undefined && apiVersion !== of.apiVersion)
    throw requestError.badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${of.apiVersion})`,
    );
  if (kind !== undefined && kind !== of.facts.kind)
    throw requestError.badRequest(
      `${String(kind)} in version "${of.facts.version}" cannot be handled as a ${of.facts.kind}: the kind in the data does not match the expected kind`,
    );
  object.apiVersion = of.apiVersion;
  object.kind = of.facts.kind;
  return object;
}
