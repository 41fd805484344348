// Which objects of a collection a request is about: label selector and field selector, decided on the store's index alone.
import { fieldMatcher, labelMatcher } from '../objects/kube-model.ts';
import type { ObjectIndex } from '../objects/object-index.ts';
import type { ServedResource } from '../objects/served-resource.ts';

export interface Selection {
  /** Absent: everything is selected. */
  readonly matches?: (index: ObjectIndex) => boolean;
  /** The one name that a field selector leaves possible. */
  readonly name?: string;
}

const EVERYTHING: Selection = {};

/** Errors: ApiError 400 for selectors that cannot be read, and for fields that the resource does not select by. */
export function selectionOf(
  resource: ServedResource,
  options: { labelSelector?: string; fieldSelector?: string },
): Selection {
  const labels = options.labelSelector ? labelMatcher(options.labelSelector) : undefined;
  const fields = options.fieldSelector ? fieldMatcher(options.fieldSelector, resource.facts) : undefined;
  if (!labels && !fields) return EVERYTHING;
  const name = fields?.exact('metadata.name');
  return {
    matches: (index) => (labels?.matches(index.labels) ?? true) && (fields?.matches(index.fields) ?? true),
    ...(name === undefined ? {} : { name }),
  };
}
