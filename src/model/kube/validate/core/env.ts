// Validation of a container's environment.
import type { EnvFromSource, EnvVar, EnvVarSource, ObjectFieldSelector } from '../../generated/kinds.ts';
import { qualifiedNameProblems } from '../../selector/label-syntax.ts';
import type { Findings } from '../finding.ts';
import { configKeyProblems, dnsSubdomainProblems } from '../names.ts';

/** Any printable ASCII but "=". Source: KEP-4369. */
const ENV_NAME = /^[ -<>-~]+$/;
const ENV_NAME_RULE =
  "a valid environment variable name must consist only of printable ASCII characters other than '='";
const POD_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const CONTAINER_RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const SUBSCRIPT = /^(metadata\.(?:labels|annotations))\['(.+)'\]$/;

export function isContainerResource(resource: string): boolean {
  return CONTAINER_RESOURCES.includes(resource) || /^(limits|requests)\.hugepages-/.test(resource);
}

export const CONTAINER_RESOURCE_NAMES: readonly string[] = CONTAINER_RESOURCES;

/** A reference to a field of the pod itself; `allowed` beyond labels and annotations by key. */
export function validateFieldRef(
  ref: ObjectFieldSelector,
  field: string,
  to: Findings,
  allowed: readonly string[] = POD_FIELDS,
): void {
  if (!ref.apiVersion) {
    to.required(`${field}.apiVersion`);
    return;
  }
  if (!ref.fieldPath) {
    to.required(`${field}.fieldPath`);
    return;
  }
  const subscript = SUBSCRIPT.exec(ref.fieldPath);
  if (subscript) {
    const key = subscript[2] ?? '';
    const problems = qualifiedNameProblems(subscript[1] === 'metadata.annotations' ? key.toLowerCase() : key);
    for (const problem of problems) to.invalid(field, key, problem);
  } else if (!allowed.includes(ref.fieldPath)) to.notSupported(`${field}.fieldPath`, ref.fieldPath, allowed);
}

function validateKeyRef(ref: { name?: string; key?: string }, field: string, to: Findings): void {
  if (!ref.key) to.required(`${field}.key`);
  else for (const problem of configKeyProblems(ref.key)) to.invalid(`${field}.key`, ref.key, problem);
}

function validateValueFrom(source: EnvVarSource, value: string | undefined, field: string, to: Findings): void {
  const count = Object.keys(source).length;
  if (count === 0) {
    to.invalid(
      field,
      '',
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
    );
    return;
  }
  if (value) to.invalid(field, '', 'may not be specified when `value` is not empty');
  else if (count > 1) to.invalid(field, '', 'may not have more than one field specified at a time');
  if (source.fieldRef) validateFieldRef(source.fieldRef, `${field}.fieldRef`, to);
  if (source.resourceFieldRef) {
    const { resource } = source.resourceFieldRef;
    if (!resource) to.required(`${field}.resourceFieldRef.resource`);
    else if (!isContainerResource(resource))
      to.notSupported(`${field}.resourceFieldRef.resource`, resource, CONTAINER_RESOURCES);
  }
  if (source.configMapKeyRef) validateKeyRef(source.configMapKeyRef, `${field}.configMapKeyRef`, to);
  if (source.secretKeyRef) validateKeyRef(source.secretKeyRef, `${field}.secretKeyRef`, to);
}

export function validateEnv(variables: readonly EnvVar[] | undefined, field: string, to: Findings): void {
  variables?.forEach((variable, i) => {
    const at = `${field}[${i}]`;
    if (!variable.name) to.required(`${at}.name`);
    else if (!ENV_NAME.test(variable.name)) to.invalid(`${at}.name`, variable.name, ENV_NAME_RULE);
    if (variable.valueFrom) validateValueFrom(variable.valueFrom, variable.value, `${at}.valueFrom`, to);
  });
}

export function validateEnvFrom(sources: readonly EnvFromSource[] | undefined, field: string, to: Findings): void {
  sources?.forEach((source, i) => {
    const at = `${field}[${i}]`;
    if (source.prefix && !ENV_NAME.test(source.prefix)) to.invalid(`${at}.prefix`, source.prefix, ENV_NAME_RULE);
    if (!source.configMapRef && !source.secretRef)
      to.invalid(field, '', 'must specify one of: `configMapRef` or `secretRef`');
    if (source.configMapRef && source.secretRef)
      to.invalid(field, '', 'may not have more than one field specified at a time');
    for (const key of ['configMapRef', 'secretRef'] as const) {
      const ref = source[key];
      if (ref && !ref.name) to.required(`${at}.${key}.name`);
      else if (ref?.name)
        for (const problem of dnsSubdomainProblems(ref.name)) to.invalid(`${at}.${key}.name`, ref.name, problem);
    }
  });
}
