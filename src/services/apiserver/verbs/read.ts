// Get and list. Both hand out the store's own entries; how they are shown is decided by whoever answers.
// Source: Kubernetes API concepts, "Resource versions", "Retrieving large results sets in chunks".
import { objectError, requestError } from '../answer/errors.ts';
import { keyOf, listPrefixOf } from '../objects/served-resource.ts';
import type { Call, Core, ObjectEntry } from './call.ts';
import { decodeContinue, encodeContinue } from './continue-token.ts';
import { FUTURE_REVISION_WAIT_MS } from './limits.ts';
import { type Selection, selectionOf } from './selection.ts';

export interface ListCallOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
  readonly limit?: number;
  readonly continue?: string;
}

export interface Listed {
  readonly entries: readonly ObjectEntry[];
  readonly revision: number;
  readonly continue?: string;
  /** How many follow; absent when a selector makes it unknown. */
  readonly remaining?: number;
}

/** Errors: ApiError 404. */
export function objectGet(core: Core, call: Pick<Call, 'resource' | 'namespace' | 'name'>): ObjectEntry {
  const entry = core.store.get(keyOf(call.resource, call.namespace, call.name));
  if (!entry) throw objectError.notFound(call.resource.facts, call.name);
  return entry;
}

/** The number of a resourceVersion parameter; undefined when it is not given. Errors: ApiError 400. */
export function revisionOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^[0-9]{1,15}$/.test(text))
    throw requestError.badRequest(`resourceVersion: Invalid value: "${text}": must be a non-negative integer`);
  return Number(text);
}

/** Resolves at once when `revision` is committed, or waits a moment for it. Errors: ApiError 504 when it does not come. */
export async function revisionReached(core: Core, revision: number): Promise<void> {
  const deadline = core.clock.monotonicMs() + FUTURE_REVISION_WAIT_MS;
  while (core.store.revision < revision) {
    if (core.clock.monotonicMs() >= deadline) throw requestError.futureRevision(revision, core.store.revision);
    await core.clock.sleep(50);
  }
}

function checkMatch(options: ListCallOptions): void {
  const match = options.resourceVersionMatch;
  if (!match) return;
  const refuse = (why: string): never => {
    throw requestError.badRequest(`resourceVersionMatch: Forbidden: ${why}`);
  };
  if (match !== 'Exact' && match !== 'NotOlderThan')
    throw requestError.badRequest(
      `resourceVersionMatch: Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`,
    );
  if (options.continue) refuse('resourceVersionMatch is forbidden when continue is provided');
  if (!options.resourceVersion) refuse('resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match === 'Exact' && options.resourceVersion === '0')
    refuse('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
}

interface ListPlan {
  readonly prefix: string;
  readonly at?: number;
  readonly after?: string;
  readonly limit?: number;
  /** Revision that must be committed first. */
  readonly notBefore: number;
}

function planList(call: Call, options: ListCallOptions): ListPlan {
  checkMatch(options);
  const prefix = listPrefixOf(call.resource, call.namespace);
  const revision = revisionOf(options.resourceVersion);
  const limit = options.limit && options.limit > 0 ? options.limit : undefined;
  if (options.continue) {
    if (revision !== undefined && revision !== 0)
      throw requestError.badRequest('specifying resource version is not allowed when using continue');
    const token = decodeContinue(options.continue, prefix);
    return { prefix, ...(token.revision > 0 ? { at: token.revision } : {}), after: token.after, limit, notBefore: 0 };
  }
  // As the API defines it: without a match, a limit makes any revision but 0 an exact one.
  const exact =
    revision !== undefined &&
    revision > 0 &&
    (options.resourceVersionMatch === 'Exact' || (!options.resourceVersionMatch && limit !== undefined));
  return { prefix, ...(exact ? { at: revision } : {}), limit, notBefore: revision ?? 0 };
}

/** Whether a list must wait before it can be answered. */
export function listWaitsFor(core: Core, options: ListCallOptions): number | undefined {
  const revision = options.continue ? 0 : (revisionOf(options.resourceVersion) ?? 0);
  return revision > core.store.revision ? revision : undefined;
}

/** Errors: ApiError 400 bad options, 410 too old, 504 a revision that is not there yet. */
export function objectList(core: Core, call: Call, options: ListCallOptions): Listed {
  const plan = planList(call, options);
  if (plan.notBefore > core.store.revision) throw requestError.futureRevision(plan.notBefore, core.store.revision);
  const selection = selectionOf(call.resource, options);
  if (selection.name !== undefined && plan.at === undefined && (call.namespace || !call.resource.facts.namespaced))
    return listOne(core, call, selection.name, selection);
  return selection.matches ? listSelected(core, plan, selection.matches) : listAll(core, plan);
}

function listOne(core: Core, call: Call, name: string, selection: Selection): Listed {
  const entry = core.store.get(keyOf(call.resource, call.namespace, name));
  const selected = entry && (selection.matches?.(entry.index) ?? true) ? [entry] : [];
  return { entries: selected, revision: core.store.revision };
}

function read(core: Core, plan: ListPlan, after: string | undefined, limit: number | undefined) {
  const result = core.store.list({
    prefix: plan.prefix,
    ...(after === undefined ? {} : { after }),
    ...(limit === undefined ? {} : { limit }),
    ...(plan.at === undefined ? {} : { at: plan.at }),
  });
  if (result.kind === 'future') throw requestError.futureRevision(plan.at ?? 0, result.newest);
  if (result.kind === 'expired')
    throw requestError.expired(
      plan.after === undefined
        ? `The resourceVersion for the provided list is too old.`
        : 'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter, or use a list with a smaller limit.',
    );
  return result;
}

function listAll(core: Core, plan: ListPlan): Listed {
  const result = read(core, plan, plan.after, plan.limit);
  const last = result.entries.at(-1);
  if (result.remaining === 0 || !last) return { entries: result.entries, revision: result.revision };
  return {
    entries: result.entries,
    revision: result.revision,
    continue: encodeContinue(plan.prefix, last.key, result.revision),
    remaining: result.remaining,
  };
}

function listSelected(core: Core, plan: ListPlan, matches: (index: ObjectEntry['index']) => boolean): Listed {
  const result = read(core, plan, plan.after, undefined);
  const selected: ObjectEntry[] = [];
  for (const entry of result.entries) {
    if (!matches(entry.index)) continue;
    const last = selected.at(-1);
    if (plan.limit !== undefined && selected.length === plan.limit && last)
      return {
        entries: selected,
        revision: result.revision,
        continue: encodeContinue(plan.prefix, last.key, result.revision),
      };
    selected.push(entry);
  }
  return { entries: selected, revision: result.revision };
}
