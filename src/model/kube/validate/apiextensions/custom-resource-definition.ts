// Validation of custom resource definitions. The schemas inside one are judged by whoever compiles them.
import type { CustomResourceDefinition } from '../../generated/kinds.ts';
import { oneOf, optionalOneOf } from '../choices.ts';
import type { Findings } from '../finding.ts';
import { dns1035Problems, dnsSubdomainProblems } from '../names.ts';

function validateVersions(definition: CustomResourceDefinition, to: Findings): void {
  const versions = definition.spec?.versions ?? [];
  const names = new Set<string>();
  versions.forEach((version, i) => {
    const at = `spec.versions[${i}]`;
    for (const problem of dns1035Problems(version.name ?? '')) to.invalid(`${at}.name`, version.name, problem);
    if (names.has(version.name)) to.duplicate(`${at}.name`, version.name);
    names.add(version.name);
    if (!version.schema?.openAPIV3Schema) to.required(`${at}.schema.openAPIV3Schema`, 'schemas are required');
  });
  const stored = versions.filter((version) => version.storage).length;
  if (stored !== 1)
    to.invalid(
      'spec.versions',
      versions.map((version) => version.name),
      'must have exactly one version marked as storage version',
    );
}

export function validateDefinition(definition: CustomResourceDefinition, to: Findings): void {
  const spec = definition.spec;
  if (!spec) {
    to.required('spec');
    return;
  }
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [] } = spec.names ?? {};
  if (definition.metadata?.name !== `${plural}.${spec.group}`)
    to.invalid('metadata.name', definition.metadata?.name, `must be spec.names.plural+"."+spec.group`);
  if (!spec.group) to.required('spec.group');
  else if (!spec.group.includes('.')) to.invalid('spec.group', spec.group, 'should be a domain with at least one dot');
  else for (const problem of dnsSubdomainProblems(spec.group)) to.invalid('spec.group', spec.group, problem);
  oneOf(spec.scope, ['Cluster', 'Namespaced'], 'spec.scope', to);
  const named: [string, string][] = [
    ['plural', plural],
    ['singular', singular],
    ['kind', kind.toLowerCase()],
    ['listKind', listKind.toLowerCase()],
  ];
  for (const [field, name] of named)
    if (!name) to.required(`spec.names.${field}`);
    else for (const problem of dns1035Problems(name)) to.invalid(`spec.names.${field}`, name, problem);
  shortNames.forEach((name, i) => {
    for (const problem of dns1035Problems(name)) to.invalid(`spec.names.shortNames[${i}]`, name, problem);
  });
  if (kind && kind === listKind) to.invalid('spec.names.listKind', listKind, 'kind and listKind may not be the same');
  optionalOneOf(spec.conversion?.strategy, ['None', 'Webhook'], 'spec.conversion.strategy', to);
  if (spec.preserveUnknownFields) to.invalid('spec.preserveUnknownFields', true, 'must be false');
  validateVersions(definition, to);
}

export function validateDefinitionUpdate(
  now: CustomResourceDefinition,
  old: CustomResourceDefinition,
  to: Findings,
): void {
  const established = old.status?.conditions?.some((c) => c.type === 'Established' && c.status === 'True');
  if (now.spec?.group !== old.spec?.group) to.invalid('spec.group', now.spec?.group, 'field is immutable');
  if (now.spec?.names?.plural !== old.spec?.names?.plural)
    to.invalid('spec.names.plural', now.spec?.names?.plural, 'field is immutable');
  if (!established) return;
  if (now.spec?.scope !== old.spec?.scope) to.invalid('spec.scope', now.spec?.scope, 'field is immutable');
  if (now.spec?.names?.kind !== old.spec?.names?.kind)
    to.invalid('spec.names.kind', now.spec?.names?.kind, 'field is immutable');
  const names = new Set(now.spec?.versions?.map((version) => version.name));
  now.status?.storedVersions?.forEach((stored, i) => {
    if (!names.has(stored))
      to.invalid(
        `status.storedVersions[${i}]`,
        stored,
        'missing from spec.versions; only remove this version after all stored objects have been migrated',
      );
  });
}
