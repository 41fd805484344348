// The refusals of the API server, each in the words and the shape that clients of Kubernetes know.
// Source: Kubernetes API conventions, "Response Status Kind"; meta/v1 Status, StatusReason.
import { ApiError } from '#client';

/** `group` and `resource` as they stand in messages: "pods", "deployments.apps". */
export interface GroupResource {
  readonly group: string;
  readonly resource: string;
}

function qualified(of: GroupResource): string {
  return of.group === '' ? of.resource : `${of.resource}.${of.group}`;
}

function detailsOf(of: GroupResource, name: string): object {
  return { ...(name ? { name } : {}), ...(of.group ? { group: of.group } : {}), kind: of.resource };
}

/** Refusals that are about one object of a resource. */
export const objectError = {
  notFound: (of: GroupResource, name: string): ApiError =>
    new ApiError(404, 'NotFound', `${qualified(of)} "${name}" not found`, detailsOf(of, name)),
  alreadyExists: (of: GroupResource, name: string): ApiError =>
    new ApiError(409, 'AlreadyExists', `${qualified(of)} "${name}" already exists`, detailsOf(of, name)),
  generateNameConflict: (of: GroupResource, name: string): ApiError =>
    new ApiError(
      409,
      'AlreadyExists',
      `${qualified(of)} "${name}" already exists, the server was not able to generate a unique name for the object`,
      { ...detailsOf(of, name), retryAfterSeconds: 1 },
    ),
  conflict: (of: GroupResource, name: string, why: string): ApiError =>
    new ApiError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on ${qualified(of)} "${name}": ${why}`,
      detailsOf(of, name),
    ),
  modified: (of: GroupResource, name: string): ApiError =>
    objectError.conflict(
      of,
      name,
      'the object has been modified; please apply your changes to the latest version and try again',
    ),
  forbidden: (of: GroupResource, name: string, why: string): ApiError =>
    new ApiError(
      403,
      'Forbidden',
      name ? `${qualified(of)} "${name}" is forbidden: ${why}` : `${qualified(of)} is forbidden: ${why}`,
      detailsOf(of, name),
    ),
  methodNotAllowed: (of: GroupResource): ApiError =>
    new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {
      ...(of.group ? { group: of.group } : {}),
      kind: of.resource,
    }),
};

/** Refusals that are about the request. */
export const requestError = {
  badRequest: (message: string): ApiError => new ApiError(400, 'BadRequest', message),
  unauthorized: (message = 'Unauthorized'): ApiError => new ApiError(401, 'Unauthorized', message),
  forbidden: (message: string): ApiError => new ApiError(403, 'Forbidden', message, {}),
  notFound: (): ApiError => new ApiError(404, 'NotFound', 'the server could not find the requested resource', {}),
  methodNotAllowed: (): ApiError =>
    new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {}),
  notAcceptable: (accepted: readonly string[]): ApiError =>
    new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`),
  timeout: (message: string): ApiError => new ApiError(504, 'Timeout', `Timeout: ${message}`, {}),
  expired: (message: string): ApiError => new ApiError(410, 'Expired', message),
  tooLarge: (limit: number): ApiError =>
    new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`),
  unsupportedMediaType: (accepted: readonly string[], what = ''): ApiError =>
    new ApiError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format${what} - accepted media types include: ${accepted.join(', ')}`,
    ),
  tooManyRequests: (message: string, retryAfterSeconds: number): ApiError =>
    new ApiError(429, 'TooManyRequests', message, { retryAfterSeconds }),
  internal: (message: string): ApiError =>
    new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] }),
  unavailable: (message: string): ApiError => new ApiError(503, 'ServiceUnavailable', message),
  futureRevision: (wanted: number, newest: number): ApiError =>
    new ApiError(504, 'Timeout', `Too large resource version: ${wanted}, current: ${newest}`, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    }),
};
