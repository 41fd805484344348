// In which version each resource is kept, and under which key: some resources are served in several groups or versions but kept once.
import { assert, memo, once } from '#base';
import { type ResourceFacts, resourceFacts } from '../facts.ts';

interface ResourceName {
  readonly group: string;
  readonly resource: string;
}

/** Kept otherwise than served, by "group/resource". */
const KEPT_AS: Readonly<Record<string, { group: string; version: string }>> = {
  'autoscaling/horizontalpodautoscalers': { group: 'autoscaling', version: 'v2' },
  'events.k8s.io/events': { group: '', version: 'v1' },
};

const storageFacts = once(() =>
  memo((key: string): ResourceFacts => {
    const [group = '', resource = ''] = key.split('/');
    const kept = KEPT_AS[key];
    const facts = resourceFacts.find(
      (f) => f.resource === resource && f.group === (kept?.group ?? group) && (!kept || f.version === kept.version),
    );
    assert(facts, `${key} is a built-in resource`);
    return facts;
  }),
);

/** The facts of the form in which a built-in resource is kept (the same facts for both kinds of events). */
export function storageResourceOf(resource: ResourceName): ResourceFacts {
  return storageFacts()(`${resource.group}/${resource.resource}`);
}

/** "v1", "apps/v1" */
export function apiVersionOf(resource: Pick<ResourceFacts, 'group' | 'version'>): string {
  return resource.group ? `${resource.group}/${resource.version}` : resource.version;
}
