// Rules as one line of text, so that the roles every cluster starts with can be read at a glance.
// `<verbs> <group>:<resources> [=<names>]` or `<verbs> /path,/path`. Without a group it is core; `read` is get, list and watch,
// `write` is create, delete, deletecollection, patch and update.
import { assert } from '#base';
import type { PolicyRule } from '#model/kube';

const VERB_SETS: Readonly<Record<string, readonly string[]>> = {
  read: ['get', 'list', 'watch'],
  write: ['create', 'delete', 'deletecollection', 'patch', 'update'],
};

export function ruleOfText(text: string): PolicyRule {
  const [verbText = '', target = '', names, more] = text.split(' ');
  assert(verbText && target && more === undefined && (names?.startsWith('=') ?? true), `"${text}" is a rule`);
  const verbs = verbText.split(',').flatMap((verb) => VERB_SETS[verb] ?? [verb]);
  if (target.startsWith('/')) return { nonResourceURLs: target === '/**' ? ['*'] : target.split(','), verbs };
  const colon = target.indexOf(':');
  const groups = colon < 0 ? [''] : target.slice(0, colon).split('|');
  return {
    apiGroups: groups.map((group) => (group === 'core' ? '' : group)),
    resources: target.slice(colon + 1).split(','),
    ...(names && { resourceNames: names.slice(1).split(',') }),
    verbs,
  };
}
