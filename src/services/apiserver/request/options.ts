// Reads the options of a verb from a query string or a DeleteOptions body.
// Source: Kubernetes API, meta/v1 CreateOptions, ListOptions, DeleteOptions.
import { requestError } from '../answer/errors.ts';
import type { FieldValidation, WriteCallOptions } from '../verbs/call.ts';
import type { DeleteCallOptions } from '../verbs/delete.plan.ts';
import type { ListCallOptions } from '../verbs/read.ts';
import type { WatchCallOptions } from '../verbs/watch.ts';
import { isTrue } from './request-path.ts';

const FIELD_MANAGER_MAX = 128;

function text(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

function whole(query: URLSearchParams, name: string): number | undefined {
  const value = text(query, name);
  if (value === undefined) return undefined;
  if (!/^-?[0-9]{1,15}$/.test(value))
    throw requestError.badRequest(`strconv.ParseInt: parsing "${value}": invalid syntax (parameter ${name})`);
  return Number(value);
}

function isDryRun(values: readonly string[]): boolean {
  for (const value of values)
    if (value !== 'All')
      throw requestError.badRequest(`dryRun: Unsupported value: "${value}": supported values: "All"`);
  return values.length > 0;
}

/** Errors: ApiError 400. */
export function writeOptionsOf(query: URLSearchParams, userAgent: string): WriteCallOptions {
  const validation = text(query, 'fieldValidation') ?? 'Warn';
  if (validation !== 'Ignore' && validation !== 'Warn' && validation !== 'Strict')
    throw requestError.badRequest(
      `fieldValidation: Unsupported value: "${validation}": supported values: "Ignore", "Strict", "Warn"`,
    );
  const manager = text(query, 'fieldManager');
  if (manager !== undefined && manager.length > FIELD_MANAGER_MAX)
    throw requestError.badRequest(`fieldManager: Too long: may not be more than ${FIELD_MANAGER_MAX} bytes`);
  return {
    dryRun: isDryRun(query.getAll('dryRun')),
    fieldManager: manager ?? managerOfAgent(userAgent),
    fieldValidation: validation as FieldValidation,
  };
}

/** The first word of a user agent: "kubectl" of "kubectl/v1.32.4 (linux/amd64)". */
function managerOfAgent(userAgent: string): string {
  return (userAgent.split('/')[0] ?? '').slice(0, FIELD_MANAGER_MAX) || 'unknown';
}

/** Errors: ApiError 400. */
export function listOptionsOf(query: URLSearchParams): ListCallOptions {
  return {
    labelSelector: text(query, 'labelSelector'),
    fieldSelector: text(query, 'fieldSelector'),
    resourceVersion: text(query, 'resourceVersion'),
    resourceVersionMatch: text(query, 'resourceVersionMatch'),
    limit: whole(query, 'limit'),
    continue: text(query, 'continue'),
  };
}

/** Errors: ApiError 400. */
export function watchOptionsOf(query: URLSearchParams): WatchCallOptions & { readonly timeoutSeconds?: number } {
  const initial = text(query, 'sendInitialEvents');
  return {
    ...listOptionsOf(query),
    allowWatchBookmarks: isTrue(query.get('allowWatchBookmarks')),
    ...(initial === undefined ? {} : { sendInitialEvents: isTrue(initial) }),
    timeoutSeconds: whole(query, 'timeoutSeconds'),
  };
}

export interface DeleteOptionsBody {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: DeleteCallOptions['preconditions'];
  readonly dryRun?: readonly string[];
}

/** A body goes before the query. Errors: ApiError 400. */
export function deleteOptionsOf(query: URLSearchParams, body: DeleteOptionsBody | undefined): DeleteCallOptions {
  const orphan =
    body?.orphanDependents ?? (query.has('orphanDependents') ? isTrue(query.get('orphanDependents')) : undefined);
  const policy = body?.propagationPolicy ?? text(query, 'propagationPolicy');
  if (policy !== undefined && orphan !== undefined)
    throw requestError.badRequest('orphanDependents and deletionPropagation cannot be both set');
  if (policy !== undefined && policy !== 'Foreground' && policy !== 'Background' && policy !== 'Orphan')
    throw requestError.badRequest(
      `propagationPolicy: Unsupported value: "${policy}": supported values: "Foreground", "Background", "Orphan", "nil"`,
    );
  return {
    gracePeriodSeconds: body?.gracePeriodSeconds ?? whole(query, 'gracePeriodSeconds'),
    propagationPolicy: policy ?? (orphan === undefined ? undefined : orphan ? 'Orphan' : 'Background'),
    preconditions: body?.preconditions,
    dryRun: isDryRun(body?.dryRun ?? query.getAll('dryRun')),
  };
}
